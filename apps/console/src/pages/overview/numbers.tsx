import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Delivery, Page, Webhook } from '../../api/model.ts';
import { bucketsOf } from '../../state/buckets.ts';
import { quantile, successRate } from '../../state/failures.ts';
import type { SuccessRate } from '../../state/failures.ts';
import { healthOf } from '../../state/health.ts';
import type { KnownCircuit } from '../../state/health.ts';
import { counted, number, percent } from '../../format/text.ts';
import { duration, exactTime, timeAgo } from '../../format/time.ts';
import { deliveryStatusName, DELIVERY_STATUSES } from '../../ui/feedback/status.tsx';
import { useNow } from '../../ui/display/time.tsx';
import styles from './overview.module.css';
import { Tip } from '../../ui/display/tip.tsx';

interface NumbersProps {
  readonly webhooks: Page<Webhook> | undefined;
  readonly deliveries: readonly Delivery[] | undefined;
  readonly circuits: (webhookId: string) => KnownCircuit;
  /** Why the deliveries are not known. */
  readonly failure: unknown;
}

/** The most important numbers, which show whether all is well. */
export function Numbers({ webhooks, deliveries, circuits, failure }: NumbersProps) {
  const health = webhooks?.data.map((webhook) => healthOf(webhook, circuits(webhook.id)));
  const troubled = health?.filter(
    (one) => one === 'failing' || one === 'held_back' || one === 'disabled_automatically',
  ).length;
  const disabled = health?.filter((one) => one.startsWith('disabled')).length;
  const more = webhooks?.nextCursor ? '+' : '';
  const rate = deliveries && successRate(deliveries);
  const times = deliveries?.flatMap(({ status, durationMs }) =>
    status === 'SUCCESS' && durationMs ? [durationMs] : [],
  );
  const median = times && quantile(times, 0.5);
  // A question mark instead of a placeholder that would never go away.
  const missing = failure ? '?' : undefined;
  const now = useNow();
  const waiting = deliveries?.filter(({ status }) => status === 'RETRYING').length;
  return (
    <div className={styles['numbers']}>
      <Figure
        name="Success rate"
        value={rate ? (rate.share === null ? '–' : percent(rate.share)) : missing}
        tone={rate?.share != null && rate.share < 0.95 ? 'bad' : undefined}
        note={rate ? rateNote(rate, now) : missing && 'not known now'}
      />
      <Figure
        name="Active webhooks"
        value={health && `${number(health.length - (disabled ?? 0))}${more}`}
        note={disabled === undefined ? undefined : disabled === 0 ? 'none is disabled' : `${number(disabled)} disabled`}
        href="/webhooks"
      />
      <Figure
        name="Need attention"
        value={troubled === undefined ? undefined : number(troubled)}
        tone={troubled ? 'warn' : undefined}
        note="failing, held back, or disabled by Signet"
      />
      <Figure
        name="Waiting for a retry"
        value={waiting === undefined ? missing : number(waiting)}
        note="of the recent deliveries"
        href="/deliveries?status=RETRYING"
      />
      <Figure
        name="Response time"
        value={median === undefined ? missing : median === null ? '–' : duration(median)}
        note="median of the successful deliveries"
      />
      <Activity deliveries={deliveries} />
    </div>
  );
}

/** Which deliveries the rate is about: how many, over which time, and how many of them still wait. */
function rateNote({ delivered, failed, waiting, since }: SuccessRate, now: Date): string {
  if (since === null) return 'no deliveries yet';
  const all = counted(delivered + failed + waiting, 'delivery', 'deliveries');
  const over = `of ${all} in ${duration(Math.max(1_000, now.getTime() - Date.parse(since)))}`;
  return waiting === 0 ? over : `${over}; ${number(waiting)} not delivered yet`;
}

interface FigureProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly note: ReactNode;
  readonly tone?: 'bad' | 'warn' | undefined;
  readonly href?: string;
}

function Figure({ name, value, note, tone, href }: FigureProps) {
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

const BARS = 48;

/** The recent deliveries over time: one bar for each span, coloured by their results. */
function Activity({ deliveries }: { readonly deliveries: readonly Delivery[] | undefined }) {
  const now = useNow();
  const buckets = bucketsOf(deliveries ?? [], now, BARS);
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  const first = buckets[0];
  return (
    <div className={styles['activity']}>
      <p className={styles['name']}>
        Recent deliveries
        {first && <span className="faint"> · since {timeAgo(first.from, now)}</span>}
      </p>
      <div
        className={styles['bars']}
        role="img"
        aria-label={`Deliveries over time: ${DELIVERY_STATUSES.map(
          (status) => `${deliveries?.filter((one) => one.status === status).length ?? 0} ${deliveryStatusName(status)}`,
        ).join(', ')}`}
      >
        {buckets.map(({ from, until, counts, total }) => (
          <Tip
            key={from.getTime()}
            disabled={total === 0}
            label={
              <>
                {exactTime(from)} – {exactTime(until)}
                {DELIVERY_STATUSES.filter((status) => counts[status] > 0).map((status) => (
                  <div key={status}>
                    {counts[status]} {deliveryStatusName(status).toLowerCase()}
                  </div>
                ))}
              </>
            }
          >
            <span className={styles['span']}>
              {total > 0 && (
                <span className={styles['stack']} style={{ height: `${Math.max(6, (total / most) * 100)}%` }}>
                  {DELIVERY_STATUSES.map((status) => (
                    <span key={status} data-status={status} style={{ flexGrow: counts[status] }} />
                  ))}
                </span>
              )}
            </span>
          </Tip>
        ))}
      </div>
    </div>
  );
}
