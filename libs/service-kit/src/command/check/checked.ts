import { StartRefusedError } from '../../service/start/start-refused.error.ts';

/** One thing that `signet-admin check` has looked at. */
export interface Checked {
  /** Such as `postgresql`, `topics`; the same in every version. */
  readonly check: string;
  /** `warning`: it works, and somebody should know. */
  readonly result: 'ok' | 'warning' | 'fault';
  /** A sentence. */
  readonly told: string;
}

export const ok = (check: string, told: string): Checked => ({ check, result: 'ok', told });
export const warning = (check: string, told: string): Checked => ({ check, result: 'warning', told });
export const fault = (check: string, told: string): Checked => ({ check, result: 'fault', told });

/**
 * What refuses a start is a fault of the check, and not the end of the others.
 *
 * @param sentenceFor for other errors that are faults too; undefined: the error is thrown
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
