import { answerOf } from '../../api/client.ts';
import type { FailureGroup } from '../../api/model.ts';
import { searchOf } from '../../api/search.ts';
import { useApi } from '../../app/session.tsx';
import { number } from '../../format/text.ts';
import { AllWell } from '../../ui/feedback/states.tsx';
import { Name } from '../../ui/display/name.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { HttpStatus } from '../../ui/feedback/status.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { TENANT_COLUMN } from '../../ui/lists/tenant-column.tsx';

const SHOWN = 10;
/** The parameter of the address that holds the page of this list. */
export const FAILURES_PAGE = 'failures';

const COLUMNS: readonly Column<FailureGroup>[] = [
  {
    name: 'Webhook',
    narrow: 'head',
    cell: ({ webhookName }) =>
      webhookName === null ? <em className="faint">Deleted</em> : <Name className="truncate">{webhookName}</Name>,
  },
  TENANT_COLUMN,
  {
    name: 'Error',
    width: '138px',
    narrow: 'corner',
    cell: ({ sample, errorClass }) => <HttpStatus status={sample.responseStatusCode} error={errorClass} />,
  },
  { name: 'Failed', width: '80px', cell: ({ failed }) => <span className="number">{number(failed)}</span> },
  { name: 'Waiting', width: '84px', cell: ({ waiting }) => <span className="number">{number(waiting)}</span> },
  {
    name: 'First',
    width: '120px',
    narrow: 'hidden',
    wide: true,
    cell: ({ firstCreatedAt }) => <Ago at={firstCreatedAt} />,
  },
  { name: 'Last', width: '110px', cell: ({ lastCreatedAt }) => <Ago at={lastCreatedAt} /> },
];

/** The failures of a day by webhook and error, the newest first; each row leads to the deliveries of its webhook. */
export function FailureGroups({ tenantId }: { readonly tenantId: string | undefined }) {
  const api = useApi();
  const pages = usePages(
    '/v1/failures',
    { tenantId },
    (query, signal) => answerOf(api.GET('/v1/failures', { params: { query }, signal })),
    { limit: SHOWN, param: FAILURES_PAGE },
  );
  return (
    <Section
      title="Failures by webhook and error"
      lead="Deliveries of the last 24 hours whose last attempt has failed: given up, or waiting for the next one."
      flush
    >
      <PagedTable
        pages={pages}
        label="Failures by webhook and error"
        columns={COLUMNS}
        idOf={({ webhookId, errorClass }) => `${webhookId} ${errorClass}`}
        hrefOf={({ webhookId, failed }) =>
          `/deliveries?${searchOf({ webhook: webhookId, status: failed > 0 ? 'FAILED' : 'RETRYING', created: '24h' })}`
        }
        loadingRows={3}
        empty={<AllWell>Nothing has failed in the last 24 hours.</AllWell>}
      />
    </Section>
  );
}
