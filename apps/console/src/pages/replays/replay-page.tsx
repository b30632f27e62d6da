import { Link } from 'wouter';
import type { Delivery, Replay } from '../../api/model.ts';
import { number } from '../../format/text.ts';
import { DeliveryIcon } from '../../ui/display/icons.tsx';
import { At, useExact, useNow } from '../../ui/display/time.tsx';
import { Empty, Failed, Loading, NotRead } from '../../ui/feedback/states.tsx';
import { JobPill } from '../../ui/feedback/status.tsx';
import { Fact, Facts, PageHead, Section } from '../../ui/layout/page.tsx';
import { Table } from '../../ui/lists/table.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Pager } from '../../ui/lists/pager.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { useParam } from '../../ui/use-param.ts';
import { DELIVERY_COLUMNS } from '../deliveries/delivery-columns.tsx';
import { JobProgress } from '../jobs/job-progress.tsx';
import { WebhookLink } from '../webhooks/webhook-link.tsx';
import { CancelReplay } from './cancel-replay.tsx';
import { isStoring, outcomeOf, whyNone } from './replay-outcome.ts';
import { REPLAYED, WHY_FAILED } from './replay-words.ts';
import styles from './replays.module.css';
import { READ_LIMIT, useReplay, useReplayDeliveries } from './use-replay.ts';
import type { ReplayDeliveries } from './use-replay.ts';

const BACK = { href: '/replays', name: 'Replays' };
const ROWS = 25;
const { webhook: _, ...others } = DELIVERY_COLUMNS;
const COLUMNS: readonly Column<Delivery>[] = Object.values<Column<Delivery>>(others);
/** The parts of the deliveries that can be shown alone, as in the address. */
const PARTS = {
  delivered: { name: 'Delivered', statuses: ['SUCCESS'] },
  failed: { name: 'Failed', statuses: ['FAILED'] },
  waiting: { name: 'Waiting', statuses: ['PENDING', 'RETRYING'] },
} as const;
type Part = keyof typeof PARTS;

/** One replay: its progress, its deliveries, and how many of them are delivered, failed or waiting. */
export function ReplayPage({ id }: { readonly id: string }) {
  const { data: replay, error, refetch } = useReplay(id);
  const deliveries = useReplayDeliveries(replay);
  if (replay === undefined) {
    return (
      <>
        <PageHead title={error ? 'Replay' : '…'} name="Replay" back={BACK} />
        <NotRead error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return (
    <>
      <PageHead
        name="Replay"
        back={BACK}
        title={
          <>
            {REPLAYED[replay.status].name} replayed <JobPill state={replay.state} />
          </>
        }
        lead={<WebhookLink id={replay.webhookId} />}
        actions={<CancelReplay replay={replay} size="sm" />}
      />
      {replay.reason !== null && (
        <Note tone="bad" title="The replay has failed">
          {WHY_FAILED[replay.reason]} What it had requested before goes on.
        </Note>
      )}
      <Progress replay={replay} />
      {deliveries.data ? (
        <Deliveries replay={replay} read={deliveries.data} />
      ) : (
        <Section title="Deliveries">
          {deliveries.error ? (
            <Failed error={deliveries.error} onRetry={() => void deliveries.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Section>
      )}
    </>
  );
}

function Progress({ replay }: { readonly replay: Replay }) {
  const exact = useExact();
  return (
    <Section title="Progress">
      <Facts columns>
        <Fact name="Requested">
          <JobProgress done={replay.requested} total={replay.total} isCompleted={replay.state === 'completed'} />
        </Fact>
        <Fact name="Messages of">
          {exact(new Date(replay.since))} – {exact(new Date(replay.until))}
        </Fact>
        <Fact name="Started">
          <At at={replay.createdAt} />
        </Fact>
        <Fact name="Ended">
          <At at={replay.completedAt} never="Not yet" />
        </Fact>
      </Facts>
    </Section>
  );
}

interface DeliveriesProps {
  readonly replay: Replay;
  readonly read: ReplayDeliveries;
}

function Deliveries({ replay, read: { deliveries, areAll } }: DeliveriesProps) {
  const [asked] = useParam('part');
  const [pageAsked, setPage] = useParam('page');
  const part = asked !== null && asked in PARTS ? (asked as Part) : null;
  const areToCome = isStoring(replay, useNow());
  const outcome = outcomeOf(replay, deliveries, areAll && areToCome);
  const shown =
    part === null
      ? deliveries
      : deliveries.filter(({ status }) => (PARTS[part].statuses as readonly string[]).includes(status));
  const last = Math.max(1, Math.ceil(shown.length / ROWS));
  const page = Math.min(Math.max(1, Math.trunc(Number(pageAsked)) || 1), last);
  const goTo = (to: number) => () => setPage(to === 1 ? null : String(to), { replace: false });
  return (
    <Section
      title="Deliveries"
      lead="Deliveries that were replayed to this webhook from the start of this replay to shortly after its end, or to the next one."
      flush
    >
      <div className={styles['outcome']}>
        {(Object.keys(PARTS) as Part[]).map((one) => (
          <Link
            key={one}
            href={one === part ? `/replays/${replay.id}` : `/replays/${replay.id}?part=${one}`}
            className={styles['part'] ?? ''}
            aria-current={one === part ? 'true' : undefined}
          >
            <strong className="number">{number(outcome[one])}</strong> {PARTS[one].name}
          </Link>
        ))}
      </div>
      {!areAll && (
        <p className={styles['cut']}>
          The webhook has more deliveries in this time than this page reads. These are the replayed ones among the
          newest {number(READ_LIMIT)}.
        </p>
      )}
      {shown.length === 0 ? (
        <Empty
          title={part !== null ? 'None of them' : areToCome ? 'No delivery yet' : 'No delivery'}
          icon={<DeliveryIcon size={20} />}
        >
          {part !== null ? 'Choose the number again to see all deliveries.' : whyNone(replay, { areAll, areToCome })}
        </Empty>
      ) : (
        <Table
          label="Deliveries of the replay"
          columns={COLUMNS}
          rows={shown.slice((page - 1) * ROWS, page * ROWS)}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/deliveries/${id}`}
        />
      )}
      <Pager
        pages={{
          page,
          next: page < last ? goTo(page + 1) : undefined,
          previous: page > 1 ? goTo(page - 1) : undefined,
        }}
      />
    </Section>
  );
}
