import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { answerOf } from '../../api/client.ts';
import type { DeliveryJob } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { number } from '../../format/text.ts';
import { JobIcon } from '../../ui/display/icons.tsx';
import { Ago, useExact } from '../../ui/display/time.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { deliveryStatusName, errorName, JobPill } from '../../ui/feedback/status.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { ChoiceFilter, FilterBar, useFilters } from '../../ui/lists/filters.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { WebhookLink } from '../webhooks/webhook-link.tsx';
import { AllWebhooks } from './all-webhooks.tsx';
import { CancelJob } from './cancel-job.tsx';
import { JobProgress } from './job-progress.tsx';
import { isSinceEver } from './selection-of.ts';
import styles from './jobs.module.css';

const PATH = '/v1/deliveries/jobs';
const STATES = [
  { value: 'running', name: 'Running' },
  { value: 'completed', name: 'Completed' },
  { value: 'cancelled', name: 'Cancelled' },
] as const;
const ACTIONS = { retry: 'Retry', delete: 'Delete' } as const;

const COLUMNS: readonly Column<DeliveryJob>[] = [
  { name: 'Job', narrow: 'head', cell: (job) => <About job={job} /> },
  {
    name: 'Webhook',
    width: '20%',
    cell: ({ webhookId, tenantId }) =>
      webhookId === null ? (
        <span className="truncate soft">
          <AllWebhooks tenantId={tenantId} />
        </span>
      ) : (
        <WebhookLink id={webhookId} />
      ),
  },
  { name: 'State', width: '110px', narrow: 'corner', cell: ({ state }) => <JobPill state={state} /> },
  { name: 'Progress', width: '22%', cell: (job) => <Progress job={job} /> },
  { name: 'Started', width: '110px', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  { name: '', width: '92px', align: 'end', cell: (job) => <Cancel job={job} /> },
];

/** The jobs that retry or delete many deliveries. */
export function JobsPage() {
  const api = useApi();
  const filters = useFilters(['state']);
  const pages = usePages(
    PATH,
    { state: filters.oneOf('state', STATES) },
    (query, signal) => answerOf(api.GET(PATH, { params: { query }, signal })),
    { refreshMs: 2_000 },
  );
  return (
    <>
      <PageHead
        title="Jobs"
        lead="A job retries or deletes many deliveries, at a steady pace. It goes on after a restart."
      />
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} field="state" name="State" choices={STATES} />
      </FilterBar>
      <Card>
        <PagedTable
          pages={pages}
          label="Jobs"
          columns={COLUMNS}
          idOf={({ id }) => id}
          empty={
            filters.isEmpty ? (
              <Empty
                title="No job has been started"
                icon={<JobIcon size={20} />}
                action={
                  <Button variant="default" component={Link} href="/failures">
                    Open the failures
                  </Button>
                }
              >
                Retry or delete many deliveries from the failures, or from the filtered list of deliveries.
              </Empty>
            ) : (
              <Empty title="No job matches" icon={<JobIcon size={20} />} />
            )
          }
        />
      </Card>
    </>
  );
}

/** What the job does, and for which deliveries. */
function About({ job: { action, status, errorClass, eventType, since, until } }: { readonly job: DeliveryJob }) {
  const exact = useExact();
  const kinds = [deliveryStatusName(status), ...(errorClass === null ? [] : [errorName(errorClass)])];
  const from = isSinceEver({ since }) ? '' : `${exact(new Date(since))} – `;
  return (
    <span className={styles['about']} title={`Created ${from || 'before '}${exact(new Date(until))}`}>
      <strong>{ACTIONS[action]}</strong>
      <span className="faint">
        {kinds.join(', ')}
        {eventType !== null && (
          <>
            {' '}
            · <code>{eventType}</code>
          </>
        )}
      </span>
    </span>
  );
}

function Progress({ job: { state, total, done, refused } }: { readonly job: DeliveryJob }) {
  return (
    <>
      <JobProgress done={done} total={total} isCompleted={state === 'completed'} refused={refused} />
      {refused > 0 && (
        <span className="soft">
          {refused === 1
            ? '1 was refused: its webhook takes no deliveries'
            : `${number(refused)} were refused: their webhooks take no deliveries`}
        </span>
      )}
    </>
  );
}

function Cancel({ job }: { readonly job: DeliveryJob }) {
  const api = useApi();
  if (job.state !== 'running') return null;
  return (
    <CancelJob
      what="job"
      path={PATH}
      onCancel={() => api.DELETE('/v1/deliveries/jobs/{id}', { params: { path: { id: job.id } } })}
    >
      {job.action === 'retry'
        ? 'Deliveries that the job has reached are tried once more; the others stay as they are.'
        : 'Deliveries that the job has reached are deleted already; the others stay.'}
    </CancelJob>
  );
}
