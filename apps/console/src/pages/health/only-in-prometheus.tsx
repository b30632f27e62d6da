import { Section } from '../../ui/layout/page.tsx';
import { Table } from '../../ui/lists/table.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import styles from './health.module.css';

interface Row {
  readonly what: string;
  readonly metric: string;
  readonly alert: string;
  readonly runbook: string;
}

const ROWS: readonly Row[] = [
  {
    what: 'Which replicas run, and their versions',
    metric: 'signet_build_info',
    alert: 'SignetServiceMissing',
    runbook: 'a-service-is-down.md',
  },
  {
    what: 'Lag of each stage: ingestion, fan-out, dispatch, outcomes',
    metric: 'signet_kafka_group_lag_records',
    alert: 'SignetConsumerLag',
    runbook: 'a-consumer-is-behind.md',
  },
  {
    what: 'Relays: what is not on Kafka yet',
    metric: 'signet_relay_lag_seconds',
    alert: 'SignetRelayStuck',
    runbook: 'a-relay-lags.md',
  },
  {
    what: 'Deliveries that are overdue',
    metric: 'signet_delivery_overdue_seconds',
    alert: 'SignetDeliveriesOverdue',
    runbook: 'deliveries-are-late.md',
  },
  {
    what: 'The shelf: requests that no list shows yet',
    metric: 'signet_delivery_shelved_requests',
    alert: 'SignetShelfNotEmptied',
    runbook: 'deliveries-are-late.md',
  },
  {
    what: 'Dead letters; signet-admin dead-letters reads them and puts them back',
    metric: 'signet_delivery_dead_letters_total',
    alert: 'SignetDeadLetters',
    runbook: 'dead-letters.md',
  },
  {
    what: 'Faults of the platform',
    metric: 'signet_platform_fault',
    alert: 'SignetPlatformFault',
    runbook: 'platform-fault.md',
  },
];

const COLUMNS: readonly Column<Row>[] = [
  { name: 'What', narrow: 'head', cell: ({ what }) => what },
  {
    name: 'Metric',
    width: '31%',
    narrow: 'line',
    cell: ({ metric }) => <code className={styles['code']}>{metric}</code>,
  },
  { name: 'Alert', width: '23%', narrow: 'line', cell: ({ alert }) => <code className={styles['code']}>{alert}</code> },
  {
    name: 'Runbook',
    width: '21%',
    narrow: 'line',
    cell: ({ runbook }) => <code className={styles['code']}>{runbook}</code>,
  },
];

/** Says what an operator does not find here. */
export function OnlyInPrometheus() {
  return (
    <Section
      title="Only in Prometheus"
      lead={
        <>
          The API does not have these numbers: each service shows them at <code>/metrics</code> of its management port.
          The documentation of Signet explains them in <code>docs/guides/metrics.md</code>, and what to do in{' '}
          <code>docs/runbooks</code>.
        </>
      }
      flush
    >
      <Table label="Only in Prometheus" columns={COLUMNS} rows={ROWS} idOf={({ metric }) => metric} />
    </Section>
  );
}
