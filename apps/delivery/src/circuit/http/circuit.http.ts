import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Clock } from '@signet/contracts';
import {
  Answers,
  Caller,
  CLOCK,
  decodeCursor,
  emptyPage,
  Fails,
  pageOf,
  pageQuery,
  problem,
  Roles,
  scopeOf,
  tenantQuery,
} from '@signet/service-kit';
import type { Page } from '@signet/service-kit';
import { z } from 'zod';
import { WebhookDirectoryReader } from '../../webhook-directory/webhook-directory.reader.ts';
import type { RoutedWebhook } from '../../webhook-directory/routed-webhook.ts';
import { circuitAnswer, circuitExample, circuitPageAnswer, circuitView, closedView } from './circuit.answers.ts';
import type { CircuitView } from './circuit.answers.ts';
import { CircuitCommands } from './circuit.commands.ts';
import { CircuitReader } from './circuit.reader.ts';
import type { CircuitRow } from './circuit.reader.ts';

const listCircuitsQuery = z.strictObject({ ...pageQuery, ...tenantQuery });
/** The last row of a page: the next page begins behind it. */
const circuitPlace = z.strictObject({ openedAt: z.iso.datetime(), webhookId: z.uuid() });

const NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };

@ApiTags('Circuits')
@Roles('operator', 'tenant')
@Controller('v1/circuits')
export class CircuitHttp {
  constructor(
    @Inject(CircuitReader) private readonly reader: CircuitReader,
    @Inject(CircuitCommands) private readonly commands: CircuitCommands,
    @Inject(WebhookDirectoryReader) private readonly webhooks: Pick<WebhookDirectoryReader, 'directory'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listCircuits',
    summary: 'List the circuits that are not closed',
    description: "The circuit that opened last comes first. Operators see every tenant's.",
  })
  @Answers(200, 'A page of circuits.', circuitPageAnswer, { example: { data: [circuitExample], nextCursor: null } })
  async list(
    @Query({ schema: listCircuitsQuery }) { limit, cursor, tenantId }: z.infer<typeof listCircuitsQuery>,
    @Caller() caller: Caller,
  ): Promise<Page<CircuitView>> {
    const after = decodeCursor(cursor, circuitPlace) ?? null;
    const scope = scopeOf(caller, tenantId);
    if (!scope) return emptyPage();
    const rows = await this.reader.list(scope.tenantId, after, limit + 1);
    const page = pageOf(rows, limit, ({ openedAt, webhookId }) => ({ openedAt, webhookId }));
    return { ...page, data: page.data.map((row) => circuitView(row, this.clock())) };
  }

  @Get(':webhookId')
  @ApiOperation({
    operationId: 'getCircuit',
    summary: "Read a webhook's circuit",
    description: 'A healthy webhook has a closed circuit.',
  })
  @Answers(200, 'The circuit.', circuitAnswer, { example: circuitExample })
  @Fails(404, NOT_FOUND)
  async read(@Param('webhookId') webhookId: string, @Caller() caller: Caller): Promise<CircuitView> {
    const webhook = this.webhookOf(webhookId, caller);
    return this.view(webhook, await this.reader.find(webhook.id));
  }

  @Post(':webhookId/close')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'closeCircuit',
    summary: "Close a webhook's circuit: try now",
    description:
      'The next probe goes out at once, and its success closes the circuit. If the webhook has no waiting delivery, the circuit closes without a probe. A failure of this probe does not count as a failure in a row, and the time of the next planned probe does not change.',
  })
  @Answers(202, 'The circuit; its probe is due now. A closed circuit stays as it is.', circuitAnswer, {
    example: circuitExample,
  })
  @Fails(404, NOT_FOUND)
  async close(@Param('webhookId') webhookId: string, @Caller() caller: Caller): Promise<CircuitView> {
    const webhook = this.webhookOf(webhookId, caller);
    return this.view(webhook, await this.commands.askForProbe(webhook.id));
  }

  private view(webhook: RoutedWebhook, row: CircuitRow | null): CircuitView {
    return row ? circuitView(row, this.clock()) : closedView(webhook);
  }

  /** A webhook of another tenant is answered like one that does not exist. */
  private webhookOf(webhookId: string, { tenantId }: Caller): RoutedWebhook {
    const webhook = this.webhooks.directory.get(webhookId);
    if (!webhook || (tenantId !== null && webhook.tenantId !== tenantId))
      throw problem(404, 'webhook_not_found', NOT_FOUND.webhook_not_found);
    return webhook;
  }
}
