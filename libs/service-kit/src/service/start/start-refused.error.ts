import { EXIT_BAD_SETTINGS } from '../../settings/load-settings.ts';

/** `EX_UNAVAILABLE` of sysexits.h: something that the service needs could not be reached in time. */
export const EXIT_UNAVAILABLE = 69;

/**
 * The service must not start. The message is a sentence for the person who started it: it names the setting and says what to
 * do. A stack trace would add nothing.
 */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';

  constructor(
    sentence: string,
    /** Shows a supervisor whether another try can help. */
    readonly exitCode: typeof EXIT_BAD_SETTINGS | typeof EXIT_UNAVAILABLE = EXIT_BAD_SETTINGS,
  ) {
    super(sentence);
  }
}
