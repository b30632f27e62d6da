/** Of the relay from the log of the registry to Kafka: its lock and its position. */
export const RELAY_NAME = 'registry';
export const EVENTS_TABLE = 'registry.events';
export const POSITIONS_TABLE = 'registry.relay_positions';
