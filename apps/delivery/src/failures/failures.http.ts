import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Clock } from '@signet/contracts';
import { Answers, Caller, CLOCK, decodeCursor, pageOf, Roles, scopeOf } from '@signet/service-kit';
import { CircuitReader } from '../circuit/http/circuit.reader.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { FailureReader } from './failure.reader.ts';
import { failureGroupExample, failureGroupView, failurePageAnswer } from './failures.answers.ts';
import type { FailurePageView } from './failures.answers.ts';
import { failurePlace, listFailuresQuery } from './failures.schemas.ts';
import type { ListFailuresQuery } from './failures.schemas.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EXAMPLE = { data: [failureGroupExample], nextCursor: null, countedFrom: '2026-11-22T20:05:26.164Z' };

@ApiTags('Failures')
@Roles('operator', 'tenant')
@Controller('v1/failures')
export class FailuresHttp {
  constructor(
    @Inject(FailureReader) private readonly reader: FailureReader,
    @Inject(CircuitReader) private readonly circuits: Pick<CircuitReader, 'probeTimes'>,
    @Inject(WebhookDirectoryReader) private readonly webhooks: Pick<WebhookDirectoryReader, 'directory'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listFailures',
    summary: 'List failures, grouped by webhook and error',
    description:
      "The deliveries of a time range whose last attempt failed, or that ended without one: how many there are of each webhook and class of error, and the newest of each group. The group with the newest failure comes first. Operators see every tenant's.",
  })
  @Answers(200, 'A page of groups.', failurePageAnswer, { example: EXAMPLE })
  async list(
    @Query({ schema: listFailuresQuery }) query: ListFailuresQuery,
    @Caller() caller: Caller,
  ): Promise<FailurePageView> {
    const { limit, cursor, tenantId, webhookId, createdAfter, createdBefore } = query;
    const now = this.clock();
    const after = decodeCursor(cursor, failurePlace) ?? null;
    const dayAgo = new Date(now.getTime() - DAY_MS).toISOString();
    // Every page of a list counts the same range.
    const from = after?.from ?? createdAfter ?? dayAgo;
    const before = after?.before ?? createdBefore ?? now.toISOString();
    const scope = scopeOf(caller, tenantId);
    if (!scope) return { data: [], nextCursor: null, countedFrom: from };
    const { groups, countedFrom } = await this.reader.groups({ ...scope, webhookId, from, before }, after, limit + 1);
    const { data, nextCursor } = pageOf(groups, limit, ({ sample: { createdAt, id } }) => ({
      from,
      before,
      createdAt,
      id,
    }));
    const waiting = data.filter((group) => group.waiting > 0);
    const context = {
      nameOf: (id: string) => this.webhooks.directory.get(id)?.name ?? null,
      probeTimes: await this.circuits.probeTimes([...new Set(waiting.map((group) => group.webhookId))]),
      now,
    };
    return { data: data.map((group) => failureGroupView(group, context)), nextCursor, countedFrom };
  }
}
