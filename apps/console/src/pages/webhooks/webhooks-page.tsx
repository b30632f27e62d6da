import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { useCircuits, useEventTypes, useTenantStatus } from '../../api/queries.ts';
import type { Tenant, Webhook } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi, useIdentity } from '../../app/session.tsx';
import { isOpen } from '../../state/health.ts';
import type { KnownCircuit } from '../../state/health.ts';
import { counted } from '../../format/text.ts';
import { rangeOf } from '../../format/time-filter.ts';
import { useSeries } from '../../statistics/use-statistics.ts';
import { ChoiceFilter, FilterBar, Search, TimeFilter, useFilters } from '../../ui/lists/filters.tsx';
import { TENANT_FILTER, TenantFilter, useTenantFilter } from '../../ui/lists/tenant-filter.tsx';
import { PlusIcon, WebhookIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { WebhookPill } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { NameAndUrl } from './name-and-url.tsx';
import styles from './webhooks-page.module.css';
import { Tip } from '../../ui/display/tip.tsx';
import { Name } from '../../ui/display/name.tsx';

const Sparkline = lazily(
  async () => (await import('../../statistics/charts/sparkline.tsx')).Sparkline,
  <span className="faint">…</span>,
);

const FILTERS = ['q', 'active', 'event', TENANT_FILTER, 'created', 'success', 'failure'];
const ACTIVE = [
  { value: 'true', name: 'Active' },
  { value: 'false', name: 'Disabled' },
] as const;

export function WebhooksPage() {
  const api = useApi();
  const { isOperator } = useIdentity();
  const filters = useFilters(FILTERS);
  const eventTypes = useEventTypes();
  const circuits = useCircuits();
  const statusOf = useTenantStatus();
  const now = new Date();
  const created = rangeOf(filters.get('created'), now);
  const success = rangeOf(filters.get('success'), now);
  const failure = rangeOf(filters.get('failure'), now);
  const query = {
    q: filters.get('q'),
    active: filters.oneOf('active', ACTIVE),
    event: filters.get('event'),
    tenantId: useTenantFilter(filters),
    createdAfter: created.after,
    createdBefore: created.before,
    lastSuccessAfter: success.after,
    lastSuccessBefore: success.before,
    lastFailureAfter: failure.after,
    lastFailureBefore: failure.before,
  };
  const pages = usePages('/v1/webhooks', query, (asked, signal) =>
    answerOf(api.GET('/v1/webhooks', { params: { query: asked }, signal })),
  );
  const series = useSeries((pages.rows ?? []).map(({ id }) => id));
  const columns: Column<Webhook>[] = [
    { name: 'Webhook', narrow: 'head', cell: (webhook) => <NameAndUrl webhook={webhook} /> },
    ...(isOperator
      ? [
          {
            name: 'Tenant',
            width: '13%',
            cell: ({ tenantName, tenantId }: Webhook) => <Name className="truncate">{tenantName ?? tenantId}</Name>,
          },
        ]
      : []),
    { name: 'Events', width: '11%', narrow: 'hidden', wide: 'very', cell: (webhook) => <Events webhook={webhook} /> },
    {
      name: 'Status',
      width: '176px',
      narrow: 'corner',
      cell: (webhook) => (
        <State webhook={webhook} circuit={circuits(webhook.id)} tenantStatus={statusOf(webhook.tenantId)} />
      ),
    },
    {
      name: 'Last 24 hours',
      width: '136px',
      cell: ({ id }) => <Sparkline group={series.data?.get(id)} isKnown={series.data !== undefined} />,
    },
    { name: 'Failures', width: '80px', wide: true, cell: (webhook) => <Failures webhook={webhook} /> },
    { name: 'Last success', width: '100px', cell: ({ lastSuccessAt }) => <Ago at={lastSuccessAt} /> },
    { name: 'Last failure', width: '100px', wide: true, cell: ({ lastFailureAt }) => <Ago at={lastFailureAt} /> },
    {
      name: 'Created',
      width: '106px',
      narrow: 'hidden',
      wide: 'very',
      cell: ({ createdAt }) => <Ago at={createdAt} />,
    },
  ];
  const create = (
    <Button component={Link} href="/webhooks/new" leftSection={<PlusIcon size={14} />}>
      Create webhook
    </Button>
  );
  return (
    <>
      <PageHead
        title="Webhooks"
        lead="A webhook is a URL that gets a signed request for every event that it is subscribed to."
        actions={create}
      />
      <FilterBar filters={filters}>
        <Search
          filters={filters}
          label={isOperator ? 'Name, URL, description or tenant' : 'Name, URL or description'}
        />
        <ChoiceFilter filters={filters} field="active" name="Status" choices={ACTIVE} />
        <ChoiceFilter
          filters={filters}
          field="event"
          name="Event"
          choices={(eventTypes.data ?? []).map(({ name, displayName }) => ({ value: name, name: displayName }))}
        />
        <TenantFilter filters={filters} />
        <TimeFilter filters={filters} field="created" name="Created" />
        <TimeFilter filters={filters} field="success" name="Last success" />
        <TimeFilter filters={filters} field="failure" name="Last failure" />
      </FilterBar>
      <Card>
        <PagedTable
          pages={pages}
          label="Webhooks"
          columns={columns}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/webhooks/${id}`}
          empty={
            filters.isEmpty ? (
              <Empty title="No webhooks yet" icon={<WebhookIcon size={20} />} action={create}>
                Register a URL and choose its events. Signet signs each event, delivers it there, and tries again when
                that fails.
              </Empty>
            ) : (
              <Empty title="No webhook matches" icon={<WebhookIcon size={20} />}>
                Change or clear the filters to see more.
              </Empty>
            )
          }
        />
      </Card>
    </>
  );
}

interface StateProps {
  readonly webhook: Webhook;
  readonly circuit: KnownCircuit;
  readonly tenantStatus: Tenant['status'] | undefined;
}

/** The state of a webhook; while it is held back, also when the next delivery goes out as a probe. */
function State({ webhook, circuit, tenantStatus }: StateProps) {
  return (
    <span className={styles['state']}>
      <WebhookPill webhook={webhook} circuit={circuit} tenantStatus={tenantStatus} />
      {webhook.isActive && isOpen(circuit) && circuit.nextProbeAt && (
        <span className="soft">
          Probe <Ago at={circuit.nextProbeAt} />
        </span>
      )}
    </span>
  );
}

function Events({ webhook: { eventNames } }: { readonly webhook: Webhook }) {
  const [first = '', ...others] = eventNames;
  if (others.length === 0) return <span className="truncate">{first}</span>;
  return (
    <Tip label={eventNames.join(', ')}>
      <span>{counted(eventNames.length, 'event type')}</span>
    </Tip>
  );
}

function Failures({ webhook: { consecutiveFailures } }: { readonly webhook: Webhook }) {
  if (consecutiveFailures === 0) return <span className="faint">0</span>;
  return (
    <Tip label={`${counted(consecutiveFailures, 'failure')} in a row`}>
      <strong className="number">{consecutiveFailures}</strong>
    </Tip>
  );
}
