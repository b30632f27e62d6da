/** Nest gives a strategy only the handlers that carry its transport id. */
export const FAN_OUT = Symbol('signet.delivery.fan-out');
