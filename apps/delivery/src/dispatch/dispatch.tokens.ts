/** Nest gives a strategy only the handlers that carry its transport id. */
export const DISPATCH = Symbol('signet.delivery.dispatch');

/** How many requests of one partition may be in memory without being stored in PostgreSQL; the others wait in Kafka. */
export const PARTITION_ROOM = 8_000;
