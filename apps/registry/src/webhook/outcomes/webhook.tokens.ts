/** The Nest transport that reads `delivery.outcomes.v1`. */
export const OUTCOMES = Symbol('registry.outcomes');
