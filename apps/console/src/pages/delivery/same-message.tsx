import { answerOf } from '../../api/client.ts';
import type { Delivery } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Table } from '../../ui/lists/table.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { DELIVERY_COLUMNS } from '../deliveries/delivery-columns.tsx';

const { webhook, status, attempts, response, created } = DELIVERY_COLUMNS;
const COLUMNS: readonly Column<Delivery>[] = [{ ...webhook, narrow: 'head' }, status, attempts, response, created];
const SHOWN = 20;

/** The same message on its way to other webhooks, and its replays and retries to this one; nothing where there is none. */
export function SameMessage({ delivery }: { readonly delivery: Delivery }) {
  const api = useApi();
  const pages = usePages(
    '/v1/deliveries',
    { eventId: delivery.eventId },
    (query, signal) => answerOf(api.GET('/v1/deliveries', { params: { query }, signal })),
    { limit: SHOWN, param: 'messagePage' },
  );
  const others = pages.rows?.filter(({ id }) => id !== delivery.id) ?? [];
  if (others.length === 0) return null;
  return (
    <Section title="Other deliveries of this message" flush>
      <Table
        label="Other deliveries of this message"
        columns={COLUMNS}
        rows={others}
        idOf={({ id }) => id}
        hrefOf={({ id }) => `/deliveries/${id}`}
      />
    </Section>
  );
}
