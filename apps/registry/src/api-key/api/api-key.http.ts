import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isUuid, PRODUCER_EVENT_TYPES } from '@signet/contracts';
import { Answers, Caller, Fails, Roles } from '@signet/service-kit';
import { actorOf } from '../../http/caller.ts';
import { uuidPlaceOf, viewPage } from '../../http/page.ts';
import type { PlainListQuery } from '../../http/page-query.ts';
import { plainListQuery } from '../../http/page-query.ts';
import { invalid } from '../../http/problems.ts';
import { RuleBroken } from '../../http/rule-broken.ts';
import { TenantQueries } from '../../tenant/tenant.queries.ts';
import type { KeyOwner } from '../api-key.commands.ts';
import { ApiKeyCommands } from '../api-key.commands.ts';
import { ApiKeyQueries } from '../api-key.queries.ts';
import type { ApiKeyRow } from '../api-key.row.ts';
import { limitErrors } from '../api-key.rules.ts';
import type { CreateKeyBody, CreateTenantKeyBody } from './api-key.schemas.ts';
import { createKeyBody, createTenantKeyBody } from './api-key.schemas.ts';
import type { z } from 'zod';
import {
  apiKeyAnswer,
  apiKeyExample,
  apiKeyPageAnswer,
  createdApiKeyAnswer,
  operatorKeyExample,
} from './api-key.answers.ts';

const TENANT_NOT_FOUND = { tenant_not_found: 'There is no such tenant.' };
const NO_SUCH_KEY = 'There is no such API key.';
const LIMIT_NOT_ALLOWED = { limit_not_allowed: "Only a producer's key can be limited to event types." };
const SENT_TYPES = PRODUCER_EVENT_TYPES.map(({ name }) => name);

/** A key, shown by its prefix: neither the key itself, which Signet does not store, nor its hash. */
function view({ hash: _hash, version: _version, createdAt, ...shown }: ApiKeyRow): z.infer<typeof apiKeyAnswer> {
  return { ...shown, createdAt: createdAt.toISOString() };
}

@ApiTags('API keys')
@Roles('operator')
@Controller('v1')
export class ApiKeyHttp {
  constructor(
    @Inject(ApiKeyCommands) private readonly commands: ApiKeyCommands,
    @Inject(ApiKeyQueries) private readonly queries: ApiKeyQueries,
    @Inject(TenantQueries) private readonly tenants: TenantQueries,
  ) {}

  @Post('tenants/:tenantId/api-keys')
  @ApiOperation({
    operationId: 'createTenantApiKey',
    summary: "Create a tenant's key",
    description: 'The response shows the key; it is never shown again.',
  })
  @Answers(201, 'The key.', createdApiKeyAnswer, { example: { ...apiKeyExample, key: 'sgn_tn_…' } })
  @Fails(404, TENANT_NOT_FOUND)
  @Fails(422, LIMIT_NOT_ALLOWED)
  async createForTenant(
    @Param('tenantId') tenantId: string,
    @Body({ schema: createTenantKeyBody }) body: CreateTenantKeyBody,
    @Caller() caller: Caller,
  ) {
    await this.checkTenant(tenantId);
    return this.created({ ...body, tenantId }, caller);
  }

  @Get('tenants/:tenantId/api-keys')
  @ApiOperation({
    operationId: 'listTenantApiKeys',
    summary: "List a tenant's keys",
    description: 'Newest first. Of each key only the first characters are shown.',
  })
  @Answers(200, 'A page of keys.', apiKeyPageAnswer, { example: { data: [apiKeyExample], nextCursor: null } })
  @Fails(404, TENANT_NOT_FOUND)
  async listOfTenant(@Param('tenantId') tenantId: string, @Query({ schema: plainListQuery }) query: PlainListQuery) {
    await this.checkTenant(tenantId);
    return this.page(tenantId, query);
  }

  @Post('api-keys')
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Create a key that belongs to no tenant',
    description:
      'A key of an operator, or of a producer that sends for several tenants. ' +
      'The response shows the key; it is never shown again.',
  })
  @Answers(201, 'The key.', createdApiKeyAnswer, { example: { ...operatorKeyExample, key: 'sgn_op_…' } })
  @Fails(422, LIMIT_NOT_ALLOWED)
  createForNoTenant(@Body({ schema: createKeyBody }) body: CreateKeyBody, @Caller() caller: Caller) {
    return this.created({ ...body, tenantId: null }, caller);
  }

  @Get('api-keys')
  @ApiOperation({
    operationId: 'listApiKeys',
    summary: 'List the keys that belong to no tenant',
    description: 'Newest first. Of each key only the first characters are shown.',
  })
  @Answers(200, 'A page of keys.', apiKeyPageAnswer, { example: { data: [operatorKeyExample], nextCursor: null } })
  listOfNoTenant(@Query({ schema: plainListQuery }) query: PlainListQuery) {
    return this.page(null, query);
  }

  @Get('api-keys/current')
  @Roles('operator', 'tenant', 'producer')
  @ApiOperation({
    operationId: 'getCurrentApiKey',
    summary: 'Read the key that asks',
    description: 'The tenant, the role and the limits of the API key that sends this request.',
  })
  @Answers(200, 'The key; only its first characters are shown.', apiKeyAnswer, { example: apiKeyExample })
  @Fails(404, { api_key_not_found: 'The key was revoked just now.' })
  async current(@Caller() { keyId }: Caller) {
    const row = await this.queries.find(keyId);
    if (row === undefined) throw new RuleBroken('not_found', 'api_key_not_found', NO_SUCH_KEY);
    return view(row);
  }

  @Delete('api-keys/:id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeApiKey',
    summary: 'Revoke a key',
    description: 'Every service refuses the key within seconds.',
  })
  @Answers(204, 'It is revoked.')
  @Fails(404, { api_key_not_found: NO_SUCH_KEY })
  async revoke(@Param('id') id: string, @Caller() caller: Caller): Promise<void> {
    if (!isUuid(id)) throw new RuleBroken('not_found', 'api_key_not_found', NO_SUCH_KEY);
    await this.commands.revoke(id, actorOf(caller));
  }

  private async created(owner: KeyOwner, caller: Caller) {
    const tenants = (await this.tenants.byIds(owner.tenants ?? [])).map(({ id }) => id);
    const errors = limitErrors(owner, { eventTypes: SENT_TYPES, tenants });
    if (errors.length > 0) throw invalid(errors);
    const { id, key } = await this.commands.create(owner, actorOf(caller));
    const row = await this.queries.find(id);
    // Another request may have revoked the key since: then there is nothing to return.
    if (row === undefined) throw new RuleBroken('not_found', 'api_key_not_found', 'The API key is revoked already.');
    return { ...view(row), key };
  }

  private async page(tenantId: string | null, { limit, cursor }: PlainListQuery) {
    const rows = await this.queries.list(tenantId, { limit: limit + 1, after: uuidPlaceOf(cursor) });
    return viewPage(rows, limit, view);
  }

  private async checkTenant(tenantId: string): Promise<void> {
    if (await this.tenants.find(tenantId)) return;
    throw new RuleBroken('not_found', 'tenant_not_found', 'There is no such tenant.');
  }
}
