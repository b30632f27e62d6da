import { answerOf } from '../../api/client.ts';
import { useDelivery, useEventTypes } from '../../api/queries.ts';
import type { Delivery } from '../../api/model.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { rangeOf } from '../../format/time-filter.ts';
import { ChoiceFilter, ExactFilter, FilterBar, Search, TimeFilter, useFilters } from '../../ui/lists/filters.tsx';
import { TENANT_FILTER, TenantFilter, useTenantFilter } from '../../ui/lists/tenant-filter.tsx';
import { DeliveryIcon } from '../../ui/display/icons.tsx';
import { Card } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { DELIVERY_STATUSES, deliveryStatusName } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Name } from '../../ui/display/name.tsx';
import { Link } from 'wouter';
import { Note } from '../../ui/forms/form.tsx';
import { WebhookFilter } from '../webhooks/webhook-filter.tsx';
import { COLUMNS_WITH_TENANT, DELIVERY_COLUMNS } from './delivery-columns.tsx';
import { ManyDeliveries } from './many-deliveries.tsx';

const FILTERS = ['q', 'status', 'event', 'webhook', TENANT_FILTER, 'message', 'subject', 'created', 'sent'];
/** The filters by which a job cannot select, with their names. */
const NOT_OF_JOBS = [
  ['q', 'search'],
  ['message', 'message id'],
  ['subject', 'subject'],
  ['sent', 'the time of sending'],
] as const;
/** An id of Signet: of a delivery, or of an event. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STATUSES = DELIVERY_STATUSES.map((status) => ({ value: status, name: deliveryStatusName(status) }));

interface DeliveryListProps {
  /** Show only deliveries of this webhook. */
  readonly webhookId?: string;
}

/** Deliveries with their filters, newest first. */
export function DeliveryList({ webhookId }: DeliveryListProps) {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { isOperator } = useIdentity();
  const tenantId = useTenantFilter(filters);
  const eventTypes = useEventTypes();
  const now = new Date();
  const created = rangeOf(filters.get('created'), now);
  const sent = rangeOf(filters.get('sent'), now);
  const query = {
    q: filters.get('q'),
    status: filters.oneOf('status', STATUSES),
    eventType: filters.get('event'),
    // A webhook has one tenant only.
    tenantId: webhookId === undefined ? tenantId : undefined,
    webhookId: webhookId ?? filters.get('webhook'),
    messageId: filters.get('message'),
    subject: filters.get('subject'),
    createdAfter: created.after,
    createdBefore: created.before,
    sentAfter: sent.after,
    sentBefore: sent.before,
  };
  const pages = usePages('/v1/deliveries', query, (asked, signal) =>
    answerOf(api.GET('/v1/deliveries', { params: { query: asked }, signal })),
  );
  const { webhook: _, ...withoutWebhook } = DELIVERY_COLUMNS;
  const columns: readonly Column<Delivery>[] = Object.values(
    webhookId === undefined ? DELIVERY_COLUMNS : withoutWebhook,
  );
  return (
    <>
      <FilterBar
        filters={filters}
        actions={
          <ManyDeliveries
            filters={{
              ...query,
              created,
              others: NOT_OF_JOBS.flatMap(([field, name]) => (filters.get(field) ? [name] : [])),
            }}
          />
        }
      >
        <Search
          filters={filters}
          label={webhookId === undefined ? 'Webhook, event, id or error' : 'Event, id or error'}
        />
        <ChoiceFilter filters={filters} field="status" name="Status" choices={STATUSES} />
        <ChoiceFilter
          filters={filters}
          field="event"
          name="Event"
          choices={(eventTypes.data ?? []).map(({ name, displayName }) => ({ value: name, name: displayName }))}
        />
        {webhookId === undefined && (
          <>
            <WebhookFilter filters={filters} />
            <TenantFilter filters={filters} />
          </>
        )}
        <ExactFilter filters={filters} field="message" name="Message id" />
        <ExactFilter filters={filters} field="subject" name="Subject" />
        <TimeFilter filters={filters} field="created" name="Created" />
        <TimeFilter filters={filters} field="sent" name="Sent" />
      </FilterBar>
      {UUID.test(filters.get('q')) && <DeliveryOfId id={filters.get('q')} />}
      <Card>
        <PagedTable
          pages={pages}
          label="Deliveries"
          columns={isOperator && webhookId === undefined ? COLUMNS_WITH_TENANT : columns}
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

/** The delivery with the id that is searched for: the search of the API looks at the ids of events only. */
function DeliveryOfId({ id }: { readonly id: string }) {
  const { data } = useDelivery(id);
  if (data === undefined) return null;
  return (
    <Note tone="accent" action={<Link href={`/deliveries/${data.id}`}>Open it</Link>}>
      This is the id of the delivery of <code>{data.eventType}</code> to{' '}
      {data.webhookName === null ? 'a webhook that is deleted' : <Name>{data.webhookName}</Name>}.
    </Note>
  );
}
