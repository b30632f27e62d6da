/** The advisory lock for making and dropping partitions: two replicas that make or drop the same partition at once would fail. */
export const PARTITIONS_LOCK = 'signet.delivery.partitions';

/** Tables that are partitioned by the day of the message's time. */
export const TABLES = ['delivery_log', 'deliveries'] as const;

export const partitionName = (table: string, day: string): string => `${table}_${day.replaceAll('-', '')}`;

/** The day in the name of a partition. */
export const dayOfPartition = (name: string): string => name.slice(-8).replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3');

/** The table to which a partition belongs. */
export const tableOfPartition = (name: string): string => name.slice(0, -9);

export const isoDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
