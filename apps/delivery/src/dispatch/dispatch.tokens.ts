/** Nest gives a strategy only the handlers that carry its transport id. */
export const DISPATCH = Symbol('signet.delivery.dispatch');

/** Requests of one partition in memory that PostgreSQL does not know yet; the rest waits in Kafka. */
export const PARTITION_ROOM = 8_000;
