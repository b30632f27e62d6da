import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { answerOf } from '../../api/client.ts';
import type { Delivery } from '../../api/model.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { AllWell, Failed } from '../../ui/feedback/states.tsx';
import { Table } from '../../ui/lists/table.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { TENANT_COLUMN } from '../../ui/lists/tenant-column.tsx';
import { DELIVERY_COLUMNS } from '../deliveries/delivery-columns.tsx';

const SHOWN = 8;
const { event, webhook, attempts, response, created } = DELIVERY_COLUMNS;
const COLUMNS: readonly Column<Delivery>[] = [
  event,
  webhook,
  response,
  {
    name: 'Error',
    narrow: 'hidden',
    wide: true,
    cell: ({ errorMessage }) => (
      <span className="truncate soft" title={errorMessage ?? undefined}>
        {errorMessage ?? '–'}
      </span>
    ),
  },
  { ...attempts, wide: true },
  created,
];

const WITH_TENANT = COLUMNS.toSpliced(COLUMNS.indexOf(webhook) + 1, 0, TENANT_COLUMN);

/** The latest deliveries that were given up. */
export function RecentFailures() {
  const api = useApi();
  const { isOperator } = useIdentity();
  const pages = usePages(
    '/v1/deliveries',
    { status: 'FAILED' as const },
    (query, signal) => answerOf(api.GET('/v1/deliveries', { params: { query }, signal })),
    { limit: SHOWN },
  );
  return (
    <Section
      title="Recent failures"
      flush
      actions={
        <Button variant="subtle" size="compact-sm" component={Link} href="/deliveries?status=FAILED">
          See all
        </Button>
      }
    >
      {pages.error ? (
        <Failed error={pages.error} onRetry={pages.retry} />
      ) : pages.rows?.length === 0 ? (
        <AllWell>No delivery has failed for good.</AllWell>
      ) : (
        <Table
          label="Recent failures"
          columns={isOperator ? WITH_TENANT : COLUMNS}
          rows={pages.rows}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/deliveries/${id}`}
          loadingRows={4}
        />
      )}
    </Section>
  );
}
