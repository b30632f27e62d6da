import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Answers,
  Caller,
  decodeCursor,
  emptyPage,
  Fails,
  pageOf,
  problem,
  Roles,
  scopeOf,
  TenantDirectory,
} from '@signet/service-kit';
import type { Page } from '@signet/service-kit';
import { WebhookDirectoryReader } from '../../webhook-directory/webhook-directory.reader.ts';
import {
  attemptsAnswer,
  attemptsExample,
  deliveryAnswer,
  deliveryDetailAnswer,
  deliveryExample,
  deliveryPageAnswer,
  detailExample,
  retriedExample,
} from './delivery.answers.ts';
import { DeliveryCommands } from './delivery.commands.ts';
import { DeliveryReader } from '../storage/delivery.reader.ts';
import type { DeliveryRecord } from '../storage/delivery.reader.ts';
import { deliveryPlace, listDeliveriesQuery } from './delivery.schemas.ts';
import type { ListDeliveriesQuery } from './delivery.schemas.ts';
import { DeliveryViewContext } from './delivery.view-context.ts';
import { attemptViews, detailView, listView } from './delivery.view.ts';
import type { DeliveryListView } from './delivery.view.ts';

const NOT_FOUND = { delivery_not_found: 'There is no such delivery.' };
const NOT_NOW = {
  webhook_deleted: 'The webhook of this delivery is deleted.',
  webhook_disabled: 'The webhook is disabled; enable it first.',
  tenant_suspended: 'The tenant is suspended; its deliveries can be retried when the suspension has ended.',
};

@ApiTags('Deliveries')
@Roles('operator', 'tenant')
@Controller('v1/deliveries')
export class DeliveryHttp {
  constructor(
    @Inject(DeliveryReader) private readonly reader: DeliveryReader,
    @Inject(DeliveryCommands) private readonly commands: DeliveryCommands,
    @Inject(WebhookDirectoryReader) private readonly webhooks: WebhookDirectoryReader,
    @Inject(TenantDirectory) private readonly tenants: TenantDirectory,
    @Inject(DeliveryViewContext) private readonly context: DeliveryViewContext,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'List deliveries',
    description: "Newest first. Operators see every tenant's.",
  })
  @Answers(200, 'A page of deliveries.', deliveryPageAnswer, { example: { data: [deliveryExample], nextCursor: null } })
  async list(
    @Query({ schema: listDeliveriesQuery }) query: ListDeliveriesQuery,
    @Caller() caller: Caller,
  ): Promise<Page<DeliveryListView>> {
    const { limit, cursor, q, tenantId: asked, ...filter } = query;
    const after = decodeCursor(cursor, deliveryPlace) ?? null;
    const scope = scopeOf(caller, asked);
    if (!scope) return emptyPage();
    const { tenantId } = scope;
    const webhookIdsByName = q ? this.webhooks.directory.idsByName(q, tenantId) : [];
    const rows = await this.reader.list({ ...filter, q, tenantId, webhookIdsByName }, after, limit + 1);
    const page = pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id }));
    const context = await this.context.of(page.data);
    return { ...page, data: page.data.map((row) => listView(row, context)) };
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getDelivery',
    summary: 'Read a delivery',
    description: "With the payload and the receiver's last response.",
  })
  @Answers(200, 'The delivery.', deliveryDetailAnswer, { example: detailExample })
  @Fails(404, NOT_FOUND)
  async read(@Param('id') id: string, @Caller() caller: Caller) {
    const record = await this.find(id, caller);
    return detailView(record, await this.context.of([record.row]));
  }

  @Get(':id/attempts')
  @ApiOperation({
    operationId: 'listAttempts',
    summary: 'Read the attempts of a delivery',
    description: 'Request and response of each, in order.',
  })
  @Answers(200, 'Every attempt.', attemptsAnswer, { example: attemptsExample })
  @Fails(404, NOT_FOUND)
  async attempts(@Param('id') id: string, @Caller() caller: Caller) {
    return { data: attemptViews(await this.find(id, caller), caller.role), nextCursor: null };
  }

  @Post(':id/retry')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryDelivery',
    summary: 'Try a delivery once more, now',
    description:
      'Possible in every state of the delivery, and also while the circuit is open. A delivery without any attempts left gets one more. A success closes the circuit; a failure changes neither the failures in a row nor the time of the next probe.',
  })
  @Answers(202, 'The delivery, due now.', deliveryAnswer, { example: retriedExample })
  @Fails(404, NOT_FOUND)
  @Fails(409, NOT_NOW)
  async retry(@Param('id') id: string, @Caller() caller: Caller) {
    const { row } = await this.find(id, caller);
    const webhook = this.webhooks.directory.get(row.webhookId);
    if (!webhook) throw problem(409, 'webhook_deleted', NOT_NOW.webhook_deleted);
    if (!webhook.isActive) throw problem(409, 'webhook_disabled', NOT_NOW.webhook_disabled);
    if (this.tenants.isSuspended(row.tenantId)) throw problem(409, 'tenant_suspended', NOT_NOW.tenant_suspended);
    const retried = await this.commands.retry(id, caller.tenantId, caller.keyId, webhook.version);
    if (!retried) throw notFound();
    return listView(retried, await this.context.of([retried]));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteDelivery',
    summary: 'Delete a delivery',
    description: 'Deletes the delivery with its attempts.',
  })
  @Answers(204, 'It is deleted.')
  @Fails(404, NOT_FOUND)
  async remove(@Param('id') id: string, @Caller() caller: Caller): Promise<void> {
    if (!(await this.commands.remove(id, caller.tenantId))) throw notFound();
  }

  private async find(id: string, { tenantId }: Caller): Promise<DeliveryRecord> {
    const record = await this.reader.find(id, tenantId);
    if (!record) throw notFound();
    return record;
  }
}

/** A delivery of another tenant is answered like one that does not exist. */
const notFound = (): Error => problem(404, 'delivery_not_found', NOT_FOUND.delivery_not_found);
