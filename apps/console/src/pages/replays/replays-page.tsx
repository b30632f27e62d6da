import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { answerOf } from '../../api/client.ts';
import type { Replay } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi, useIdentity } from '../../app/session.tsx';
import { exactTime } from '../../format/time.ts';
import { ChoiceFilter, FilterBar, useFilters } from '../../ui/lists/filters.tsx';
import { PlusIcon, ReplayIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { JobPill } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { JobProgress } from '../jobs/job-progress.tsx';
import { WebhookLink } from '../webhooks/webhook-link.tsx';
import { CancelReplay } from './cancel-replay.tsx';
import { TENANT_COLUMN } from '../../ui/lists/tenant-column.tsx';
import { TENANT_FILTER, TenantFilter, useTenantFilter } from '../../ui/lists/tenant-filter.tsx';
import { REPLAYED, WHY_FAILED } from './replay-words.ts';
import styles from './replays.module.css';

const CreateReplay = lazily(async () => (await import('./create-replay.tsx')).CreateReplay);

const STATES = [
  { value: 'running', name: 'Running' },
  { value: 'completed', name: 'Completed' },
  { value: 'cancelled', name: 'Cancelled' },
  { value: 'failed', name: 'Failed' },
] as const;

const COLUMNS: readonly [Column<Replay>, Column<Replay>, ...Column<Replay>[]] = [
  {
    name: 'Messages',
    narrow: 'head',
    cell: ({ status, since, until }) => (
      <span className={styles['range']} title={`${exactTime(new Date(since))} – ${exactTime(new Date(until))}`}>
        {REPLAYED[status].name}
        <span className="faint">
          since <Ago at={since} />
        </span>
      </span>
    ),
  },
  { name: 'Webhook', width: '20%', cell: ({ webhookId }) => <WebhookLink id={webhookId} /> },
  { name: 'State', width: '110px', narrow: 'corner', cell: ({ state }) => <JobPill state={state} /> },
  { name: 'Progress', width: '22%', cell: (replay) => <ReplayProgress replay={replay} /> },
  { name: 'Started', width: '110px', wide: true, cell: ({ createdAt }) => <Ago at={createdAt} /> },
  { name: '', width: '92px', align: 'end', cell: (replay) => <CancelReplay replay={replay} /> },
];

const [MESSAGES, WEBHOOK, ...OTHERS] = COLUMNS;
const WITH_TENANT = [MESSAGES, WEBHOOK, TENANT_COLUMN, ...OTHERS];

export function ReplaysPage() {
  const filters = useFilters(['state', TENANT_FILTER]);
  const { isOperator } = useIdentity();
  const tenantId = useTenantFilter(filters);
  const [isOpen, { open, close }] = useDisclosure();
  const api = useApi();
  const pages = usePages(
    '/v1/replays',
    { state: filters.oneOf('state', STATES), tenantId },
    (query, signal) => answerOf(api.GET('/v1/replays', { params: { query }, signal })),
    { refreshMs: 3_000 },
  );
  const create = (
    <Button leftSection={<PlusIcon size={14} />} onClick={open}>
      New replay
    </Button>
  );
  return (
    <>
      <PageHead
        title="Replays"
        lead="A replay delivers the messages of a time range to a webhook again, at a steady pace. It goes on after a restart."
        actions={create}
      />
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} field="state" name="State" choices={STATES} />
        <TenantFilter filters={filters} />
      </FilterBar>
      <Card>
        <PagedTable
          pages={pages}
          label="Replays"
          columns={isOperator ? WITH_TENANT : COLUMNS}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/replays/${id}`}
          empty={
            filters.isEmpty ? (
              <Empty title="Nothing has been replayed" icon={<ReplayIcon size={20} />} action={create}>
                When a receiver was down, send again what failed, or what it missed while its webhook was disabled.
              </Empty>
            ) : (
              <Empty title="No replay matches" icon={<ReplayIcon size={20} />} />
            )
          }
        />
      </Card>
      {isOpen && <CreateReplay onClose={close} />}
    </>
  );
}

function ReplayProgress({ replay: { state, total, requested, reason } }: { readonly replay: Replay }) {
  if (reason !== null) return <span className="soft">{WHY_FAILED[reason]}</span>;
  return <JobProgress done={requested} total={total} isCompleted={state === 'completed'} />;
}
