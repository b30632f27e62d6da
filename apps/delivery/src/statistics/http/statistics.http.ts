import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isoTime } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { Answers, Caller, CLOCK, problem, Roles, TenantDirectory } from '@signet/service-kit';
import { DATABASE } from '../../database/database.port.ts';
import type { Database } from '../../database/database.port.ts';
import { WebhookDirectoryReader } from '../../webhook-directory/webhook-directory.reader.ts';
import { sumOf } from '../cells.policy.ts';
import type { Cells } from '../cells.policy.ts';
import { readProgress } from '../counting/progress.ts';
import { numbersOf } from './numbers.policy.ts';
import { periodOf } from './period.policy.ts';
import type { Fault, Period } from './period.policy.ts';
import { scopeOf } from './scope.policy.ts';
import { statisticsAnswer, statisticsExample } from './statistics.answers.ts';
import type { StatisticsView } from './statistics.answers.ts';
import { StatisticsReader } from './statistics.reader.ts';
import { statisticsQuery } from './statistics.schemas.ts';
import type { Grouping, StatisticsQuery } from './statistics.schemas.ts';

const NONE = new Map<number, number>();

@ApiTags('Statistics')
@Roles('operator', 'tenant')
@Controller('v1/statistics')
export class StatisticsHttp {
  constructor(
    @Inject(StatisticsReader) private readonly reader: StatisticsReader,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WebhookDirectoryReader) private readonly webhooks: Pick<WebhookDirectoryReader, 'directory'>,
    @Inject(TenantDirectory) private readonly tenants: Pick<TenantDirectory, 'byId'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getStatistics',
    summary: 'Read statistics of deliveries',
    description:
      "Each number is about the deliveries that were created in a bucket, as they stand: a retry that succeeds later changes the bucket of the delivery's creation. Tests and replays count as well. Deliveries are counted every 5 seconds, and every minute under a large load. Operators see all tenants, or one.",
  })
  @Answers(200, 'The statistics.', statisticsAnswer, { example: statisticsExample })
  async read(
    @Query({ schema: statisticsQuery }) query: StatisticsQuery,
    @Caller() { tenantId }: Caller,
  ): Promise<StatisticsView> {
    const scope = valid(scopeOf(query, tenantId, (id) => this.webhooks.directory.get(id)?.tenantId));
    const period = valid(periodOf(query, this.clock().getTime()));
    const { groupBy } = scope;
    const hasSeries = groupBy === 'webhook' && scope.webhooks !== undefined;
    const [buckets, groups, series, progress] = await Promise.all([
      this.reader.buckets(scope, period),
      groupBy ? this.reader.groups({ ...scope, groupBy }, period, query.limit + 1) : [],
      hasSeries ? this.reader.series(scope, period) : null,
      readProgress(this.database),
    ]);
    return {
      from: isoTime(period.from),
      to: isoTime(period.to),
      bucket: period.bucket,
      countedAt: progress && isoTime(progress.countedAt),
      completeFrom: progress && !progress.isFilled ? isoTime(progress.filledFrom) : null,
      total: numbersOf(sumOf(buckets.values())),
      buckets: startsOf(period).map((start) => ({ start: isoTime(start), ...numbersOf(buckets.get(start) ?? NONE) })),
      groupBy: groupBy ?? null,
      groups: groups.slice(0, query.limit).map(({ key, cells }) => ({
        key,
        name: this.nameOf(key, groupBy),
        ...numbersOf(cells),
        series: series && startsOf(period).map((start) => pointOf(series.get(key)?.get(start) ?? NONE)),
      })),
      hasMoreGroups: groups.length > query.limit,
    };
  }

  private nameOf(key: string, groupBy: Grouping | undefined): string | null {
    if (groupBy === 'webhook') return this.webhooks.directory.get(key)?.name ?? null;
    if (groupBy === 'tenant') return this.tenants.byId(key)?.name ?? null;
    return null;
  }
}

const pointOf = (cells: Cells) => {
  const { deliveries, delivered, failed } = numbersOf(cells);
  return { deliveries, delivered, failed };
};

const startsOf = ({ from, to, resolution }: Period): number[] =>
  Array.from({ length: (to - from) / 1_000 / resolution }, (_, index) => from + index * resolution * 1_000);

function valid<T extends object>(result: T | Fault): T {
  if (!('rule' in result)) return result;
  throw problem(400, 'invalid_query', 'The query breaks a rule; see errors.', { errors: [result] });
}
