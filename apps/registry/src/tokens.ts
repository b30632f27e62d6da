/** Injection token of the relay from the event store to Kafka. */
export const RELAY = Symbol('registry.relay');
