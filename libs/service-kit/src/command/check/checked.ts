import { StartRefusedError } from '../../service/start/start-refused.error.ts';

/** The result of one check of `signet-admin check`. */
export interface Checked {
  /** Such as `postgresql`, `topics`; the same in every version. */
  readonly check: string;
  /** `warning`: it works, but the operator should know. */
  readonly result: 'ok' | 'warning' | 'fault';
  /** A sentence. */
  readonly told: string;
}

export const ok = (check: string, told: string): Checked => ({ check, result: 'ok', told });
export const warning = (check: string, told: string): Checked => ({ check, result: 'warning', told });
export const fault = (check: string, told: string): Checked => ({ check, result: 'fault', told });

/**
 * Runs a check. An error that would refuse a start becomes a fault, so that the other checks still run.
 *
 * @param sentenceFor gives the sentence for other errors that are faults, too; if it returns undefined, the error is thrown
 */
export async function checked(
  check: string,
  work: () => Promise<readonly Checked[]>,
  sentenceFor: (error: unknown) => string | undefined = () => undefined,
): Promise<readonly Checked[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StartRefusedError) return [fault(check, error.message)];
    const sentence = sentenceFor(error);
    if (sentence !== undefined) return [fault(check, sentence)];
    throw error;
  }
}
