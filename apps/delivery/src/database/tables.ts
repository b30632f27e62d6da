import type { ColumnType, Generated } from 'kysely';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import type { RawDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { RawDeliveryJobRow } from '../delivery-jobs/stored/delivery-job.rows.ts';
import type { RawReplayRow } from '../replay/stored/replay.rows.ts';

/** The driver gives text or a date. */
type Timestamp = ColumnType<string | Date, string | Date, string | Date>;
/** A bigint; the driver gives text. */
type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;

interface DeliveryLogTable {
  day: string;
  delivery_id: string;
  version: number;
  position: Generated<string>;
  tx: Generated<string>;
  events: ColumnType<DeliveryEvent[], string, never>;
  body: string | null;
}

interface DueDeliveriesTable {
  delivery_id: string;
  day: string;
  partition: number;
  webhook_id: string;
  created_at: Timestamp;
  due_at: Timestamp;
  subject: string | null;
  request_offset: Bigint | null;
  held_epoch: Bigint | null;
  webhook_version: number | null;
}

interface PartitionOwnersTable {
  partition: number;
  epoch: Bigint;
  owner: string;
  taken_at: Timestamp;
}

interface ShelvedRequestsTable {
  id: Generated<string>;
  partition: number;
  webhook_id: string;
  count: number;
  requests: Buffer;
}

interface UnreadableShelvedRequestsTable extends Omit<ShelvedRequestsTable, 'id'> {
  id: Bigint;
  reason: string;
  set_aside_at: Generated<Date>;
}

interface CircuitsTable {
  webhook_id: string;
  tenant_id: string;
  partition: number;
  epoch: Bigint;
  openings: number;
  failures: Generated<number>;
  opened_at: Timestamp | null;
  probe_at: Timestamp | null;
  last_failed_at: Timestamp | null;
  probe_asked_at: Timestamp | null;
  active_since: Timestamp | null;
}

interface PlatformFaultsTable {
  partition: number;
  epoch: Bigint;
  evidence: string;
  since: Timestamp;
  held_until: Timestamp;
}

interface AnsweredHostsTable {
  host: string;
  tenants: string[];
  answered_at: Timestamp;
}

interface DeliveryDaysTable {
  day: string;
  created_from: Timestamp;
  created_until: Timestamp;
}

/** The lease on a job. */
interface Leased {
  leased_by: string | null;
  leased_until: Timestamp | null;
}

interface DeliveryStatisticsTable {
  resolution: number;
  tenant_id: string;
  bucket: Timestamp;
  webhook_id: string;
  event_type: string;
  cells: number[];
  counts: ColumnType<string[], (string | number)[], (string | number)[]>;
}

interface StatisticsProgressTable {
  id: number;
  tx: string;
  position: Bigint;
  filled_from: Timestamp;
  is_filled: boolean;
  minutes_from: Timestamp;
  hours_from: Timestamp;
  counted_at: Timestamp;
  rest_until: Timestamp;
}

interface StatisticsRecountsTable {
  id: Generated<string>;
  tenant_id: string;
  webhook_id: string;
  created_at: Timestamp;
}

/** The tables of the schema `delivery` that this app writes, as the driver gives their rows. A test compares them with PostgreSQL. */
export interface Tables {
  deliveries: RawDeliveryRow;
  delivery_log: DeliveryLogTable;
  due_deliveries: DueDeliveriesTable;
  partition_owners: PartitionOwnersTable;
  shelved_requests: ShelvedRequestsTable;
  unreadable_shelved_requests: UnreadableShelvedRequestsTable;
  circuits: CircuitsTable;
  platform_faults: PlatformFaultsTable;
  answered_hosts: AnsweredHostsTable;
  delivery_days: DeliveryDaysTable;
  replays: RawReplayRow & Leased;
  delivery_jobs: RawDeliveryJobRow & Leased;
  delivery_statistics: DeliveryStatisticsTable;
  statistics_progress: StatisticsProgressTable;
  statistics_recounts: StatisticsRecountsTable;
}
