import type { ReactNode } from 'react';
import type { Statistics } from '../api/model.ts';
import { lazily } from '../app/lazily.tsx';
import { useShownError } from '../app/services-away.tsx';
import { searchOf } from '../api/search.ts';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { Section } from '../ui/layout/page.tsx';
import { Ago, At } from '../ui/display/time.tsx';
import { Figures } from './figures.tsx';
import { RangeChoice } from './range-choice.tsx';
import styles from './statistics.module.css';
import { inRange } from './use-statistics.ts';
import type { Range, Scope, useStatistics } from './use-statistics.ts';

const Charts = lazily(
  async () => (await import('./charts/charts.tsx')).Charts,
  <div className={styles['loading']}>
    <Loading />
  </div>,
);

interface StatisticsSectionProps {
  readonly statistics: ReturnType<typeof useStatistics>;
  readonly scope: Scope;
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  /** Figures of the page itself. */
  readonly children?: ReactNode;
}

/** The deliveries of a time range in figures, charts and a table. */
export function StatisticsSection({ statistics, scope, range, onRange, children }: StatisticsSectionProps) {
  const { data, refetch, isPlaceholderData } = statistics;
  const error = useShownError('/v1/statistics', statistics);
  const hrefOf = (status: string): string =>
    `/deliveries?${searchOf({ status, created: range, webhook: scope.webhookId, tenant: scope.tenantId })}`;
  return (
    <Section
      title="Deliveries"
      lead={
        <>
          Those created {inRange(range)}, as they stand now.{' '}
          {data?.countedAt && (
            <>
              Counted <Ago at={data.countedAt} />.
            </>
          )}
        </>
      }
      actions={<RangeChoice range={range} onChange={onRange} />}
      flush
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <div aria-busy={data === undefined || isPlaceholderData} data-stale={isPlaceholderData || undefined}>
          <Figures numbers={data?.total} hrefOf={hrefOf}>
            {children}
          </Figures>
          {data && <Counting statistics={data} />}
          {data && data.total.deliveries === 0 ? (
            <p className={styles['empty']}>No delivery was created {inRange(range)}.</p>
          ) : (
            <Charts statistics={data} />
          )}
        </div>
      )}
    </Section>
  );
}

/** Says which numbers are missing. */
function Counting({ statistics: { countedAt, completeFrom, from } }: { readonly statistics: Statistics }) {
  if (countedAt === null) return <p className={styles['counting']}>Nothing has been counted yet.</p>;
  if (completeFrom === null || completeFrom <= from) return null;
  return (
    <p className={styles['counting']}>
      Deliveries from before <At at={completeFrom} /> are still being counted, so these numbers are too small.
    </p>
  );
}
