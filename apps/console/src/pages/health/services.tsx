import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answerOf } from '../../api/client.ts';
import { useAway } from '../../app/services-away.tsx';
import { useApi } from '../../app/session.tsx';
import { VERSION } from '../../app/version.ts';
import { counted, number } from '../../format/text.ts';
import { waitingOf } from '../../state/numbers.ts';
import type { Service } from '../../state/away.ts';
import type { useStatistics } from '../../statistics/use-statistics.ts';
import { Ago } from '../../ui/display/time.tsx';
import { Pill } from '../../ui/feedback/status.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { REFRESH_MS } from '../../ui/lists/pager.tsx';
import { Table } from '../../ui/lists/table.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import styles from './health.module.css';

interface Row {
  readonly name: string;
  readonly does: string;
  /** null: the API does not show it. */
  readonly service: Service | null;
  /** When it last answered this page; undefined: not yet. */
  readonly answeredAt?: number | undefined;
  readonly known: ReactNode;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Service',
    narrow: 'head',
    cell: ({ name, does }) => (
      <span className={styles['service']}>
        <strong>{name}</strong>
        <span className="soft">{does}</span>
      </span>
    ),
  },
  { name: 'State', width: '34%', narrow: 'corner', cell: (row) => <State row={row} /> },
  { name: 'Known', width: '36%', narrow: 'line', cell: ({ known }) => <span className="soft">{known}</span> },
];

/** Which services answer. The page asks them while it is open; `ServicesAway` says the same above every page. */
export function Services({ statistics }: { readonly statistics: ReturnType<typeof useStatistics> }) {
  const api = useApi();
  const registry = useQuery({
    queryKey: ['/v1/session', 'health'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/session', { signal })),
    refetchInterval: REFRESH_MS,
  });
  const { data } = statistics;
  const rows: readonly Row[] = [
    {
      name: 'Registry',
      does: 'Webhooks, tenants, keys, this console',
      service: 'Registry',
      answeredAt: registry.data && registry.dataUpdatedAt,
      known: <>Version {VERSION}, when this page was loaded</>,
    },
    {
      name: 'Delivery',
      does: 'Fan-out, attempts, replays, statistics',
      service: 'Delivery',
      answeredAt: data && statistics.dataUpdatedAt,
      known:
        data === undefined ? (
          '–'
        ) : (
          <>
            {counted(data.total.deliveries, 'delivery', 'deliveries')} in the last hour, {number(data.total.failed)}{' '}
            failed, {number(waitingOf(data.total))} not delivered yet. Statistics counted{' '}
            <Ago at={data.countedAt} never="never" />
            {data.completeFrom !== null && ', and not complete yet'}.
          </>
        ),
    },
    {
      name: 'Ingestion',
      does: 'Takes messages from Kafka and HTTP',
      service: null,
      known: 'It has no route that can be read; Prometheus knows it.',
    },
  ];
  return (
    <Section title="Services" flush>
      <Table label="Services" columns={COLUMNS} rows={rows} idOf={({ name }) => name} />
    </Section>
  );
}

function State({ row: { service, answeredAt } }: { readonly row: Row }) {
  const away = useAway();
  if (service === null) return <Pill tone="calm">Not shown by the API</Pill>;
  const since = away[service]?.since;
  if (since)
    return (
      <span>
        <Pill tone="bad">Does not answer</Pill> since <Ago at={since.toISOString()} />
      </span>
    );
  if (answeredAt === undefined) return <Pill tone="calm">Asking</Pill>;
  return (
    <span>
      <Pill tone="good">Answers</Pill>{' '}
      <span className="soft">
        <Ago at={new Date(answeredAt).toISOString()} />
      </span>
    </span>
  );
}
