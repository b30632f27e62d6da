import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Clock } from '@signet/contracts';
import { Answers, Caller, CLOCK, decodeCursor, Fails, pageOf, pageQuery, problem, Roles } from '@signet/service-kit';
import type { Page } from '@signet/service-kit';
import { z } from 'zod';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { circuitAnswer, circuitExample, circuitPageAnswer, circuitView, closedView } from './circuit.answers.ts';
import type { CircuitView } from './circuit.answers.ts';
import { CircuitReader } from './circuit.reader.ts';

const listCircuitsQuery = z.strictObject(pageQuery);
/** Where a list goes on: behind this row. */
const circuitPlace = z.strictObject({ openedAt: z.iso.datetime(), webhookId: z.uuid() });

const NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };

@ApiTags('Circuits')
@Roles('operator', 'tenant')
@Controller('v1/circuits')
export class CircuitHttp {
  constructor(
    @Inject(CircuitReader) private readonly reader: CircuitReader,
    @Inject(WebhookDirectoryReader) private readonly webhooks: Pick<WebhookDirectoryReader, 'directory'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listCircuits',
    summary: 'List the circuits that are not closed',
    description: 'The one that opened last comes first. Operators see those of every tenant.',
  })
  @Answers(200, 'A page of circuits.', circuitPageAnswer, { example: { data: [circuitExample], nextCursor: null } })
  async list(
    @Query({ schema: listCircuitsQuery }) { limit, cursor }: z.infer<typeof listCircuitsQuery>,
    @Caller() { tenantId }: Caller,
  ): Promise<Page<CircuitView>> {
    const after = decodeCursor(cursor, circuitPlace) ?? null;
    const rows = await this.reader.list(tenantId, after, limit + 1);
    const page = pageOf(rows, limit, ({ openedAt, webhookId }) => ({ openedAt, webhookId }));
    return { ...page, data: page.data.map((row) => circuitView(row, this.clock())) };
  }

  @Get(':webhookId')
  @ApiOperation({
    operationId: 'getCircuit',
    summary: "Read a webhook's circuit",
    description: 'Healthy webhooks have a closed one.',
  })
  @Answers(200, 'The circuit.', circuitAnswer, { example: circuitExample })
  @Fails(404, NOT_FOUND)
  async read(@Param('webhookId') webhookId: string, @Caller() { tenantId }: Caller): Promise<CircuitView> {
    const webhook = this.webhooks.directory.get(webhookId);
    // Somebody else's webhook is answered like none at all.
    if (!webhook || (tenantId !== null && webhook.tenantId !== tenantId))
      throw problem(404, 'webhook_not_found', NOT_FOUND.webhook_not_found);
    const row = await this.reader.find(webhook.id);
    return row ? circuitView(row, this.clock()) : closedView(webhook);
  }
}
