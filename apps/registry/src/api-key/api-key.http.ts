import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isUuid } from '@signet/contracts';
import { Answers, Caller, Fails, Roles } from '@signet/service-kit';
import { actorOf } from '../caller.ts';
import { uuidPlaceOf, viewPage } from '../page.ts';
import type { PlainListQuery } from '../page-query.ts';
import { plainListQuery } from '../page-query.ts';
import { RuleBroken } from '../rule-broken.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { ApiKeyCommands } from './api-key.commands.ts';
import { ApiKeyQueries } from './api-key.queries.ts';
import type { ApiKeyRow } from './api-key.row.ts';
import type { CreateOperatorKeyBody, CreateTenantKeyBody } from './api-key.schemas.ts';
import { createOperatorKeyBody, createTenantKeyBody } from './api-key.schemas.ts';
import type { z } from 'zod';
import type { apiKeyAnswer } from './api-key.answers.ts';
import { apiKeyExample, apiKeyPageAnswer, createdApiKeyAnswer } from './api-key.answers.ts';

const TENANT_NOT_FOUND = { tenant_not_found: 'There is no such tenant.' };

/** A key by its prefix: neither the key, which nobody has, nor its hash. */
const view = ({ id, tenantId, name, role, prefix, createdBy, createdAt }: ApiKeyRow): z.infer<typeof apiKeyAnswer> => ({
  id,
  tenantId,
  name,
  role,
  prefix,
  createdBy,
  createdAt: createdAt.toISOString(),
});

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
  @ApiOperation({ summary: "Create a tenant's key", description: 'The key is in the answer, and never shown again.' })
  @Answers(201, 'The key.', createdApiKeyAnswer, { example: { ...apiKeyExample, key: 'sgn_t_…' } })
  @Fails(404, TENANT_NOT_FOUND)
  async createForTenant(
    @Param('tenantId') tenantId: string,
    @Body({ schema: createTenantKeyBody }) body: CreateTenantKeyBody,
    @Caller() caller: Caller,
  ) {
    await this.checkTenant(tenantId);
    return this.created({ ...body, tenantId }, caller);
  }

  @Get('tenants/:tenantId/api-keys')
  @ApiOperation({ summary: "List a tenant's keys", description: 'Newest first, by their first characters.' })
  @Answers(200, 'A page of keys.', apiKeyPageAnswer, { example: { data: [apiKeyExample], nextCursor: null } })
  @Fails(404, TENANT_NOT_FOUND)
  async listOfTenant(@Param('tenantId') tenantId: string, @Query({ schema: plainListQuery }) query: PlainListQuery) {
    await this.checkTenant(tenantId);
    return this.page(tenantId, query);
  }

  @Post('api-keys')
  @ApiOperation({
    summary: "Create an operator's key",
    description: 'The key is in the answer, and never shown again.',
  })
  @Answers(201, 'The key.', createdApiKeyAnswer)
  createForOperator(
    @Body({ schema: createOperatorKeyBody }) { name }: CreateOperatorKeyBody,
    @Caller() caller: Caller,
  ) {
    return this.created({ name, role: 'operator', tenantId: null }, caller);
  }

  @Get('api-keys')
  @ApiOperation({ summary: "List the operators' keys", description: 'Newest first, by their first characters.' })
  @Answers(200, 'A page of keys.', apiKeyPageAnswer)
  listOfOperators(@Query({ schema: plainListQuery }) query: PlainListQuery) {
    return this.page(null, query);
  }

  @Delete('api-keys/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key', description: 'Every service refuses it within seconds.' })
  @Answers(204, 'It is revoked.')
  @Fails(404, { api_key_not_found: 'There is no such API key.' })
  async revoke(@Param('id') id: string, @Caller() caller: Caller): Promise<void> {
    if (!isUuid(id)) throw new RuleBroken('not_found', 'api_key_not_found', 'There is no such API key.');
    await this.commands.revoke(id, actorOf(caller));
  }

  private async created(owner: Parameters<ApiKeyCommands['create']>[0], caller: Caller) {
    const { id, key } = await this.commands.create(owner, actorOf(caller));
    const row = await this.queries.find(id);
    // Somebody may have revoked it by now: then there is nothing to hand out.
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
