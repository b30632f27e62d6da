/** Nest gives a strategy only the handlers that carry its transport id. */
export const DISPATCH = Symbol('signet.delivery.dispatch');
