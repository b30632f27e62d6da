import type { StatisticsGroup } from '../api/model.ts';
import { number, percent } from '../format/text.ts';
import { duration } from '../format/time.ts';
import { deliveredShare, LOW_SHARE, waitingOf } from '../state/numbers.ts';
import { Name } from '../ui/display/name.tsx';
import { Table } from '../ui/lists/table.tsx';
import type { Column } from '../ui/lists/table.tsx';
import styles from './statistics.module.css';

interface GroupTableProps {
  /** What a row is: a tenant or a webhook. */
  readonly of: 'Tenant' | 'Webhook';
  readonly groups: readonly StatisticsGroup[] | undefined;
}

/** Volume and failures of each tenant or webhook, the largest first; each row leads to its page. */
export function GroupTable({ of, groups }: GroupTableProps) {
  if (groups?.length === 0) return <p className={styles['empty']}>No delivery was created in this time.</p>;
  return (
    <Table
      label={`Deliveries by ${of.toLowerCase()}`}
      columns={[nameColumn(of), ...NUMBERS]}
      rows={groups}
      idOf={({ key }) => key}
      hrefOf={hrefOf[of]}
      loadingRows={3}
    />
  );
}

const hrefOf = {
  Tenant: ({ key }: StatisticsGroup) => `/tenants/${key}`,
  // A deleted webhook has no name and no page any more.
  Webhook: ({ key, name }: StatisticsGroup) => (name === null ? `/deliveries?webhook=${key}` : `/webhooks/${key}`),
};

const nameColumn = (of: string): Column<StatisticsGroup> => ({
  name: of,
  narrow: 'head',
  cell: ({ key, name }) =>
    name === null ? <code className="truncate">{key}</code> : <Name className="truncate">{name}</Name>,
});

const NUMBERS: readonly Column<StatisticsGroup>[] = [
  { name: 'Deliveries', width: '112px', align: 'end', cell: ({ deliveries }) => <Count of={deliveries} /> },
  { name: 'Success rate', width: '122px', align: 'end', cell: (group) => <Share group={group} /> },
  { name: 'Failed', width: '96px', align: 'end', cell: ({ failed }) => <Count of={failed} tone="bad" /> },
  {
    name: 'Not delivered yet',
    width: '142px',
    align: 'end',
    cell: (group) => <Count of={waitingOf(group)} tone="warn" />,
  },
  {
    name: 'Response p95',
    width: '124px',
    align: 'end',
    narrow: 'hidden',
    cell: ({ responseMs }) => <span className="number">{responseMs === null ? '–' : duration(responseMs.p95)}</span>,
  },
];

function Count({ of, tone }: { readonly of: number; readonly tone?: 'bad' | 'warn' }) {
  return (
    <span className={styles['count']} data-tone={of === 0 ? undefined : tone}>
      {number(of)}
    </span>
  );
}

function Share({ group }: { readonly group: StatisticsGroup }) {
  const share = deliveredShare(group);
  if (share === null) return <span className="faint">–</span>;
  return (
    <span className={styles['count']} data-tone={share < LOW_SHARE ? 'bad' : undefined}>
      {percent(share)}
    </span>
  );
}
