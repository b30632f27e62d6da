import { answerOf } from '../../api/client.ts';
import type { Circuit } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { AllWell } from '../../ui/feedback/states.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { Pill } from '../../ui/feedback/status.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { TENANT_COLUMN } from '../../ui/lists/tenant-column.tsx';
import { WebhookLink } from '../webhooks/webhook-link.tsx';

const SHOWN = 10;
/** The parameter of the address that holds the page of this list. */
export const CIRCUITS_PAGE = 'circuits';

const COLUMNS: readonly Column<Circuit>[] = [
  { name: 'Webhook', narrow: 'head', cell: ({ webhookId }) => <WebhookLink id={webhookId} /> },
  TENANT_COLUMN,
  {
    name: 'State',
    width: '130px',
    narrow: 'corner',
    cell: ({ state }) => (state === 'half_open' ? <Pill tone="warn">Probing</Pill> : <Pill tone="bad">Open</Pill>),
  },
  { name: 'Openings', width: '100px', wide: true, cell: ({ openings }) => <span className="number">{openings}</span> },
  { name: 'Opened', width: '130px', wide: true, cell: ({ openedAt }) => <Ago at={openedAt} /> },
  { name: 'Next probe', width: '130px', cell: ({ nextProbeAt }) => <Ago at={nextProbeAt} /> },
];

/** The webhooks whose deliveries are held back. */
export function OpenCircuits({ tenantId }: { readonly tenantId: string | undefined }) {
  const api = useApi();
  const pages = usePages(
    '/v1/circuits',
    { tenantId },
    (query, signal) => answerOf(api.GET('/v1/circuits', { params: { query }, signal })),
    { limit: SHOWN, param: CIRCUITS_PAGE },
  );
  return (
    <Section title="Open circuits" lead="Deliveries to these webhooks are held back, except the probes." flush>
      <PagedTable
        pages={pages}
        label="Open circuits"
        columns={COLUMNS}
        idOf={({ webhookId }) => webhookId}
        loadingRows={3}
        empty={<AllWell>No circuit is open.</AllWell>}
      />
    </Section>
  );
}
