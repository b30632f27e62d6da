/** Injection token of the settings that were given to `runService`. */
export const SETTINGS = Symbol('signet.settings');
/** Injection token of the Clock. */
export const CLOCK = Symbol('signet.clock');
