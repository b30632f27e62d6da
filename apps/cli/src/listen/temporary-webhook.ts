import { hostname } from 'node:os';
import { pause } from '@signet/async';
import { answerOf } from '../api/client.ts';
import type { Api } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { Refusal } from '../errors.ts';

export interface TemporaryWebhook {
  readonly id: string;
  readonly secret: string;
}

interface Wanted {
  readonly url: string;
  readonly events: readonly string[];
  /** The same secret for every run, so that the local receiver need not be told a new one. */
  readonly secret: string | undefined;
  readonly tenantId: string | undefined;
}

/** Webhooks of earlier runs are found by it. */
const NAME = 'signet listen';
const PROCESS = /, process (\d+),/;
/** How long delivery may take to learn of the webhook over Kafka, and how often we look; milliseconds. */
const KNOWN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;
/** Fields by which the registry refuses an address that it will not deliver to. */
const URL_FIELD = 'url';

/** @throws ApiProblem; with advice when Signet does not deliver to this address */
export async function createTemporaryWebhook(
  api: Api,
  { url, events, secret, tenantId }: Wanted,
): Promise<TemporaryWebhook> {
  const body = {
    name: `${NAME} on ${hostname()}`,
    description: `Temporary: made by signet listen, process ${process.pid}, which deletes the webhook when it ends.`,
    url,
    events: [...events],
    ...(secret !== undefined && { secret }),
    ...(tenantId !== undefined && { tenantId }),
  };
  try {
    return await answerOf(api.POST('/v1/webhooks', { body }));
  } catch (error) {
    if (error instanceof ApiProblem && error.problem?.errors?.some(({ field }) => field === URL_FIELD))
      throw error.withAdvice(
        'Signet does not deliver to this address. Follow a webhook that you have: signet listen --webhook ID. Or give an address that leads here: --public-url.',
      );
    throw error;
  }
}

/**
 * Waits until delivery knows the webhook: a message that comes earlier would not be delivered to it.
 *
 * @returns whether delivery knows it
 */
export async function untilKnown(api: Api, { id }: TemporaryWebhook, stopped: AbortSignal): Promise<boolean> {
  for (let left = KNOWN_WITHIN_MS; left > 0 && !stopped.aborted; left -= LOOK_EVERY_MS) {
    const { response } = await api.GET('/v1/circuits/{webhookId}', { params: { path: { webhookId: id } } });
    if (response.ok) return true;
    await pause(LOOK_EVERY_MS, stopped);
  }
  return false;
}

export async function deleteTemporaryWebhook(api: Api, { id }: TemporaryWebhook): Promise<void> {
  try {
    await answerOf(api.DELETE('/v1/webhooks/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(`The temporary webhook is still there. Delete it: signet webhooks delete ${id}\n${reason}`);
  }
}

/** Ids of temporary webhooks that earlier runs on this machine have left behind, because they were killed; not of those that still run. */
export async function leftovers(api: Api): Promise<readonly string[]> {
  const name = `${NAME} on ${hostname()}`;
  const { data } = await answerOf(api.GET('/v1/webhooks', { params: { query: { q: name, limit: 50 } } }));
  return data.filter((webhook) => webhook.name === name && !isRunning(webhook.description)).map(({ id }) => id);
}

function isRunning(description: string | null): boolean {
  const [, pid] = PROCESS.exec(description ?? '') ?? [];
  if (pid === undefined) return false;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    // The process is another user's, so it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
