import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { StatisticsNumbers } from '../api/model.ts';
import { counted, number, percent } from '../format/text.ts';
import { duration } from '../format/time.ts';
import { deliveredShare, LOW_SHARE, waitingOf } from '../state/numbers.ts';
import styles from './statistics.module.css';

interface FigureProps {
  readonly name: string;
  /** undefined: not known yet. */
  readonly value: string | undefined;
  readonly note: ReactNode;
  readonly tone?: 'bad' | 'warn' | undefined;
  readonly href?: string | undefined;
}

export function Figure({ name, value, note, tone, href }: FigureProps) {
  return (
    <div className={styles['figure']}>
      <p className={styles['name']}>{href ? <Link href={href}>{name}</Link> : name}</p>
      <p className={styles['value']} data-tone={tone}>
        {value ?? <Skeleton height={20} width={64} my={6} />}
      </p>
      <p className={styles['note']}>{note ?? '\u00a0'}</p>
    </div>
  );
}

interface FiguresProps {
  readonly numbers: StatisticsNumbers | undefined;
  /** The address of the deliveries that are counted, with this filter. */
  readonly hrefOf: (status: string) => string;
  /** Figures of the page itself, shown after the success rate. */
  readonly children?: ReactNode;
}

/** The most important numbers, which show whether all is well. */
export function Figures({ numbers, hrefOf, children }: FiguresProps) {
  const share = numbers && deliveredShare(numbers);
  const waiting = numbers && waitingOf(numbers);
  return (
    <div className={styles['figures']} data-columns={children ? 4 : 6}>
      <Figure
        name="Success rate"
        value={numbers && (share == null ? '–' : percent(share))}
        tone={share != null && share < LOW_SHARE ? 'bad' : undefined}
        note={
          numbers &&
          (numbers.deliveries === 0
            ? 'no deliveries'
            : `${number(numbers.delivered)} of ${counted(numbers.deliveries, 'delivery', 'deliveries')} delivered`)
        }
      />
      {children}
      <Figure
        name="Failed"
        value={numbers && number(numbers.failed)}
        tone={numbers?.failed ? 'bad' : undefined}
        note="given up after the last attempt"
        href={hrefOf('FAILED')}
      />
      <Figure
        name="Not delivered yet"
        value={waiting === undefined ? undefined : number(waiting)}
        tone={waiting ? 'warn' : undefined}
        note={numbers && `${number(numbers.retrying)} between attempts, ${number(numbers.pending)} pending`}
        href={hrefOf(numbers?.retrying === 0 && numbers.pending > 0 ? 'PENDING' : 'RETRYING')}
      />
      <Figure
        name="Attempts"
        value={numbers && number(numbers.attempts)}
        note={
          numbers && numbers.deliveries > 0
            ? `${(numbers.attempts / numbers.deliveries).toFixed(2)} for each delivery`
            : undefined
        }
      />
      <Times name="Time to delivery" times={numbers?.deliveryMs} />
      <Times name="Response time" times={numbers?.responseMs} />
    </div>
  );
}

function Times({
  name,
  times,
}: {
  readonly name: string;
  readonly times: StatisticsNumbers['deliveryMs'] | undefined;
}) {
  return (
    <Figure
      name={`${name}, p50`}
      value={times === undefined ? undefined : times === null ? '–' : duration(times.p50)}
      note={times && `p95 ${duration(times.p95)} · p99 ${duration(times.p99)}`}
    />
  );
}
