import { pause } from '@signet/async';
import { Unreachable } from '../../api/client.ts';
import type { Api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';

/** Wait after a failed request where the answer names none, milliseconds. */
const RETRY_MS = 5_000;

/** What a command needs that goes on asking until it is stopped. */
export interface Asking {
  readonly api: Api;
  readonly stopped: AbortSignal;
  /** Gets sentences about what goes wrong meanwhile. */
  readonly note: (sentence: string) => void;
}

/** Waits after an error that may pass. @throws the error when another try cannot help, such as a key that is not accepted */
export async function waitOut(error: unknown, { stopped, note }: Omit<Asking, 'api'>): Promise<void> {
  const isPassing =
    error instanceof Unreachable || (error instanceof ApiProblem && (error.status === 429 || error.status >= 500));
  if (!isPassing) throw error;
  const waitMs = error instanceof ApiProblem ? (error.retryAfterSeconds ?? RETRY_MS / 1_000) * 1_000 : RETRY_MS;
  note(`${error.message} Trying again in ${Math.ceil(waitMs / 1_000)} s.`);
  await pause(waitMs, stopped);
}
