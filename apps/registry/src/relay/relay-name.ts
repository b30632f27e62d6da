/** Name of the relay from the registry's log to Kafka; its lock and its position are stored under it. */
export const RELAY_NAME = 'registry';
export const EVENTS_TABLE = 'registry.events';
export const POSITIONS_TABLE = 'registry.relay_positions';
