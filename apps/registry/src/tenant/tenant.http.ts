import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { newId } from '@signet/contracts';
import { Caller, Roles } from '@signet/service-kit';
import { actorOf } from '../caller.ts';
import { placeOf, viewPage } from '../page.ts';
import type { PlainListQuery } from '../page-query.ts';
import { plainListQuery } from '../page-query.ts';
import { RuleBroken } from '../rule-broken.ts';
import { TenantCommands } from './tenant.commands.ts';
import { TenantQueries } from './tenant.queries.ts';
import type { TenantRow } from './tenant.row.ts';
import type { CreateTenantBody, SuspendTenantBody } from './tenant.schemas.ts';
import { createTenantBody, suspendTenantBody } from './tenant.schemas.ts';

const view = ({ createdAt, updatedAt, ...tenant }: TenantRow) => ({
  ...tenant,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

@ApiTags('Tenants')
@Roles('operator')
@Controller('v1/tenants')
export class TenantHttp {
  constructor(
    @Inject(TenantCommands) private readonly commands: TenantCommands,
    @Inject(TenantQueries) private readonly queries: TenantQueries,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a tenant' })
  async create(@Body({ schema: createTenantBody }) body: CreateTenantBody, @Caller() caller: Caller) {
    const id = body.id ?? newId();
    await this.commands.create(id, body.name, actorOf(caller));
    return this.read(id);
  }

  @Get()
  @ApiOperation({ summary: 'List tenants', description: 'Newest first.' })
  async list(@Query({ schema: plainListQuery }) { limit, cursor }: PlainListQuery) {
    return viewPage(await this.queries.list({ limit: limit + 1, after: placeOf(cursor) }), limit, view);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a tenant' })
  async read(@Param('id') id: string) {
    const tenant = await this.queries.find(id);
    if (tenant === undefined) throw new RuleBroken('not_found', 'tenant_not_found', 'There is no such tenant.');
    return view(tenant);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @ApiOperation({ summary: 'Suspend a tenant', description: 'Its deliveries end as FAILED, and can be replayed.' })
  async suspend(
    @Param('id') id: string,
    @Body({ schema: suspendTenantBody }) body: SuspendTenantBody,
    @Caller() caller: Caller,
  ) {
    await this.commands.suspend(id, body?.reason ?? null, actorOf(caller));
    return this.read(id);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a suspension' })
  async resume(@Param('id') id: string, @Caller() caller: Caller) {
    await this.commands.resume(id, actorOf(caller));
    return this.read(id);
  }
}
