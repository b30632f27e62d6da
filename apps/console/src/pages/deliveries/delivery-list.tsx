import { answerOf } from '../../api/client.ts';
import { useEventTypes, useWebhook, useWebhookChoices } from '../../api/queries.ts';
import type { Delivery } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { rangeOf } from '../../format/time-filter.ts';
import { duration } from '../../format/time.ts';
import { ChoiceFilter, Chip, FilterBar, Search, TimeFilter, useFilters } from '../../ui/lists/filters.tsx';
import type { Filters } from '../../ui/lists/filters.tsx';
import { DeliveryIcon } from '../../ui/display/icons.tsx';
import { Card } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { DELIVERY_STATUSES, DeliveryPill, deliveryStatusName, HttpStatus, Tag } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Ago } from '../../ui/display/time.tsx';
import styles from './delivery-list.module.css';
import { Choose } from '../../ui/forms/choose.tsx';

const FILTERS = ['q', 'status', 'event', 'webhook', 'created', 'sent'];
const STATUSES = DELIVERY_STATUSES.map((status) => ({ value: status, name: deliveryStatusName(status) }));

export const DELIVERY_COLUMNS = {
  event: {
    name: 'Event',
    narrow: 'head',
    cell: ({ eventType, isTest, isReplay }) => (
      <span className={styles['event']}>
        <code className="truncate">{eventType}</code>
        {isTest && <Tag>Test</Tag>}
        {isReplay && <Tag>Replay</Tag>}
      </span>
    ),
  },
  webhook: {
    name: 'Webhook',
    width: '22%',
    cell: ({ webhookName }) => <span className="truncate">{webhookName ?? <em className="faint">Deleted</em>}</span>,
  },
  status: { name: 'Status', width: '112px', narrow: 'corner', cell: ({ status }) => <DeliveryPill status={status} /> },
  attempts: {
    name: 'Attempts',
    width: '88px',
    cell: ({ attemptCount, maxAttempts }) => (
      <span className="number">
        {attemptCount} <span className="faint">of {maxAttempts}</span>
      </span>
    ),
  },
  response: {
    name: 'Response',
    width: '138px',
    cell: ({ responseStatusCode, errorClass }) => <HttpStatus status={responseStatusCode} error={errorClass} />,
  },
  duration: {
    name: 'Duration',
    width: '92px',
    cell: ({ durationMs }) =>
      durationMs === null ? <span className="faint">–</span> : <span className="number">{duration(durationMs)}</span>,
  },
  created: { name: 'Created', width: '104px', cell: ({ createdAt }) => <Ago at={createdAt} /> },
} satisfies Record<string, Column<Delivery>>;

interface DeliveryListProps {
  /** Show only deliveries of this webhook. */
  readonly webhookId?: string;
}

/** Deliveries with their filters, newest first. */
export function DeliveryList({ webhookId }: DeliveryListProps) {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const eventTypes = useEventTypes();
  const now = new Date();
  const created = rangeOf(filters.get('created'), now);
  const sent = rangeOf(filters.get('sent'), now);
  const query = {
    q: filters.get('q'),
    status: filters.oneOf('status', STATUSES),
    eventType: filters.get('event'),
    webhookId: webhookId ?? filters.get('webhook'),
    createdAfter: created.after,
    createdBefore: created.before,
    sentAfter: sent.after,
    sentBefore: sent.before,
  };
  const pages = usePages('/v1/deliveries', query, (asked, signal) =>
    answerOf(api.GET('/v1/deliveries', { params: { query: asked }, signal })),
  );
  const { webhook, ...others } = DELIVERY_COLUMNS;
  const { event, ...rest } = others;
  const columns: Column<Delivery>[] = [
    event,
    ...(webhookId === undefined ? [webhook] : []),
    ...Object.values<Column<Delivery>>(rest),
  ];
  return (
    <>
      <FilterBar filters={filters}>
        <Search
          filters={filters}
          label={webhookId === undefined ? 'Webhook, event, event id or error' : 'Event, event id or error'}
        />
        <ChoiceFilter filters={filters} field="status" name="Status" choices={STATUSES} />
        <ChoiceFilter
          filters={filters}
          field="event"
          name="Event"
          choices={(eventTypes.data ?? []).map(({ name, displayName }) => ({ value: name, name: displayName }))}
        />
        {webhookId === undefined && <WebhookFilter filters={filters} />}
        <TimeFilter filters={filters} field="created" name="Created" />
        <TimeFilter filters={filters} field="sent" name="Sent" />
      </FilterBar>
      <Card>
        <PagedTable
          pages={pages}
          label="Deliveries"
          columns={columns}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/deliveries/${id}`}
          empty={
            filters.isEmpty ? (
              <Empty title="No deliveries yet" icon={<DeliveryIcon size={20} />}>
                When an event comes that {webhookId === undefined ? 'a webhook' : 'this webhook'} is subscribed to, its
                delivery is shown here, with every attempt.
              </Empty>
            ) : (
              <Empty title="No delivery matches" icon={<DeliveryIcon size={20} />}>
                Change or clear the filters to see more.
              </Empty>
            )
          }
        />
      </Card>
    </>
  );
}

/** Chooses one of many webhooks; the list to choose from can be searched. */
function WebhookFilter({ filters }: { readonly filters: Filters }) {
  const id = filters.get('webhook');
  const choices = useWebhookChoices();
  const chosen = useWebhook(id, id !== '');
  return (
    <Chip
      name="Webhook"
      value={id === '' ? undefined : (chosen.data?.name ?? id.slice(0, 8))}
      onClear={() => filters.set('webhook', '')}
    >
      {(close) => (
        <Choose
          size="xs"
          aria-label="Webhook"
          placeholder="Choose a webhook"
          searchable
          w={240}
          comboboxProps={{ withinPortal: false }}
          nothingFoundMessage="No webhook has this name"
          data={(choices.data?.data ?? []).map((webhook) => ({ value: webhook.id, label: webhook.name }))}
          value={id === '' ? null : id}
          onChange={(value) => {
            filters.set('webhook', value ?? '');
            close();
          }}
        />
      )}
    </Chip>
  );
}
