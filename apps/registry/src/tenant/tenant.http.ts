import { EntityManager } from '@mikro-orm/postgresql';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { newId } from '@signet/contracts';
import { Answers, Caller, decodeCursor, Fails, pageOf, parseIfMatch, problem, Roles } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { alertEmailWarning } from '../alerts/alert-mail.warning.ts';
import { actorOf, tenantOf } from '../http/caller.ts';
import { Aggregates } from '../database/aggregates.ts';
import { expectedVersion } from '../http/expected-version.ts';
import { placeOf, viewPage } from '../http/page.ts';
import type { PlainListQuery } from '../http/page-query.ts';
import { plainListQuery } from '../http/page-query.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import { tagged } from '../http/tagged.ts';
import { HAS_MAIL_SERVER } from '../tokens.ts';
import { TenantCommands } from './tenant.commands.ts';
import { tenantHistory } from './tenant.history.ts';
import { TenantQueries } from './tenant.queries.ts';
import type { TenantRow } from './tenant.row.ts';
import type { CreateTenantBody, ListTenantsQuery, SuspendTenantBody, UpdateTenantBody } from './tenant.schemas.ts';
import { createTenantBody, listTenantsQuery, suspendTenantBody, updateTenantBody } from './tenant.schemas.ts';
import {
  suspendedExample,
  tenantAnswer,
  tenantExample,
  tenantHistoryAnswer,
  tenantHistoryExample,
  tenantPageAnswer,
} from './tenant.answers.ts';

const TENANT_NOT_FOUND = { tenant_not_found: 'There is no such tenant.' };
const ETAG = { ETag: 'The version of the tenant, for If-Match.' };
const STALE = { stale_version: 'It was changed since you read it: read it again.' };
const historyPlace = z.strictObject({ version: z.int().positive() });

@ApiTags('Tenants')
@Roles('operator')
@Controller('v1/tenants')
export class TenantHttp {
  constructor(
    @Inject(TenantCommands) private readonly commands: TenantCommands,
    @Inject(TenantQueries) private readonly queries: TenantQueries,
    @Inject(Aggregates) private readonly aggregates: Aggregates,
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(HAS_MAIL_SERVER) private readonly hasMailServer: boolean,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'createTenant',
    summary: 'Create a tenant',
    description: "After this, create the tenant's API keys with POST /v1/tenants/{tenantId}/api-keys.",
  })
  @Answers(201, 'The tenant.', tenantAnswer, { headers: { ...ETAG, Location: 'Where it is.' }, example: tenantExample })
  @Fails(409, { tenant_exists: 'A tenant with this id exists already.' })
  async create(
    @Body({ schema: createTenantBody }) body: CreateTenantBody,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const id = body.id ?? newId();
    await this.commands.create(id, body.name, actorOf(caller));
    reply.header('location', `/v1/tenants/${id}`);
    return tagged(reply, await this.viewOf(id));
  }

  @Get()
  @ApiOperation({ operationId: 'listTenants', summary: 'List tenants', description: 'Newest first.' })
  @Answers(200, 'A page of tenants.', tenantPageAnswer, { example: { data: [tenantExample], nextCursor: null } })
  async list(@Query({ schema: listTenantsQuery }) { limit, cursor, ...filter }: ListTenantsQuery) {
    return viewPage(await this.queries.list(filter, { limit: limit + 1, after: placeOf(cursor) }), limit, this.view);
  }

  @Get(':id')
  @Roles('operator', 'tenant')
  @ApiOperation({
    operationId: 'getTenant',
    summary: 'Read a tenant',
    description: "With a tenant's key: that tenant only.",
  })
  @Answers(200, 'The tenant.', tenantAnswer, { headers: ETAG, example: tenantExample })
  @Fails(404, TENANT_NOT_FOUND)
  async read(@Param('id') id: string, @Caller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    checkOwn(id, caller);
    return tagged(reply, await this.viewOf(id));
  }

  @Patch(':id')
  @Roles('operator', 'tenant')
  @ApiOperation({
    operationId: 'updateTenant',
    summary: 'Change a tenant',
    description:
      "With a tenant's key only the `alertEmail` of that tenant can be changed; only an operator changes the name. " +
      'When no mail server is configured, the response has an `alertEmailWarning`. ' +
      'With If-Match the change is refused when the tenant has changed since it was read.',
  })
  @Answers(200, 'The tenant after the change.', tenantAnswer, { headers: ETAG, example: tenantExample })
  @Fails(404, TENANT_NOT_FOUND)
  @Fails(403, { operator_only: 'Only an operator changes the name of a tenant.' })
  @Fails(412, STALE)
  async update(
    @Param('id') id: string,
    @Body({ schema: updateTenantBody }) body: UpdateTenantBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    checkOwn(id, caller);
    if (body.name !== undefined && caller.role !== 'operator') {
      throw problem(403, 'operator_only', 'Only an operator changes the name of a tenant.');
    }
    const { version } = await this.find(id);
    const expected = expectedVersion(version, parseIfMatch(ifMatch));
    await this.commands.update(id, withoutUndefined(body), { actor: actorOf(caller), expectedVersion: expected });
    return tagged(reply, await this.viewOf(id));
  }

  @Get(':id/history')
  @ApiOperation({
    operationId: 'listTenantHistory',
    summary: 'What happened to a tenant, when and by whom',
    description: 'The latest first.',
  })
  @Answers(200, 'A page of facts.', tenantHistoryAnswer, { example: tenantHistoryExample })
  @Fails(404, TENANT_NOT_FOUND)
  async history(@Param('id') id: string, @Query({ schema: plainListQuery }) { limit, cursor }: PlainListQuery) {
    await this.find(id);
    const before = decodeCursor(cursor, historyPlace)?.version;
    const entries = await tenantHistory(this.aggregates.storeIn(this.em), id, { limit: limit + 1, before });
    return pageOf(entries, limit, ({ version }) => ({ version }));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'suspendTenant',
    summary: 'Suspend a tenant',
    description:
      'Its messages are accepted, but their deliveries, also those under way, end as FAILED and can be replayed. Its keys can read, but not change anything.',
  })
  @Answers(200, 'The tenant after the change.', tenantAnswer, { headers: ETAG, example: suspendedExample })
  @Fails(404, TENANT_NOT_FOUND)
  @Fails(409, { tenant_suspended: 'The tenant is suspended already, with another reason than this request gives.' })
  async suspend(
    @Param('id') id: string,
    @Body({ schema: suspendTenantBody }) body: SuspendTenantBody,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.commands.suspend(id, body?.reason ?? null, actorOf(caller));
    return tagged(reply, await this.viewOf(id));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resumeTenant',
    summary: 'End a suspension',
    description:
      'Deliveries that ended as FAILED during the suspension are not sent by themselves; replay them with POST /v1/replays.',
  })
  @Answers(200, 'The tenant after the change.', tenantAnswer, { headers: ETAG, example: tenantExample })
  @Fails(404, TENANT_NOT_FOUND)
  async resume(@Param('id') id: string, @Caller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.commands.resume(id, actorOf(caller));
    return tagged(reply, await this.viewOf(id));
  }

  private viewOf = async (id: string) => this.view(await this.find(id));

  private view = ({ createdAt, updatedAt, ...tenant }: TenantRow): z.infer<typeof tenantAnswer> => ({
    ...tenant,
    alertEmailWarning: alertEmailWarning(tenant.alertEmail, this.hasMailServer),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  });

  private async find(id: string): Promise<TenantRow> {
    const tenant = await this.queries.find(id);
    if (tenant === undefined) throw notFound();
    return tenant;
  }
}

const notFound = () => new RuleBroken('not_found', 'tenant_not_found', 'There is no such tenant.');

/** A tenant's key gets the same answer for another tenant as for one that does not exist. */
function checkOwn(id: string, caller: Caller): void {
  const own = tenantOf(caller);
  if (own !== undefined && own !== id) throw notFound();
}

const withoutUndefined = ({ name, alertEmail }: UpdateTenantBody) => ({
  ...(name !== undefined && { name }),
  ...(alertEmail !== undefined && { alertEmail }),
});
