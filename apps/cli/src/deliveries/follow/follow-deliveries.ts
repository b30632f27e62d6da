import { pause } from '@signet/async';
import { fullAnswerOf } from '../../api/client.ts';
import type { Api } from '../../api/client.ts';
import type { Delivery } from '../../api/openapi.gen.ts';
import { SeenDeliveries } from './seen-deliveries.ts';
import type { Change } from './seen-deliveries.ts';
import { waitOut } from './wait-out.ts';
import type { Asking } from './wait-out.ts';

/**
 * An attempt is listed when it has been recorded: at most 30 s (the longest time-out of a webhook) after it began, and a moment for the
 * recording. So each look begins this long before the last one, milliseconds.
 */
const OVERLAP_MS = 45_000;
/** Deliveries in a request, the API's largest page; and the most pages of one look, 5,000 deliveries. */
const PAGE = 200;
const MAX_PAGES = 25;
/** A delivery that no look has found for so long is forgotten, milliseconds: far more than the overlap. */
const FORGET_AFTER_MS = 10 * OVERLAP_MS;

export interface Followed extends Asking {
  readonly webhookId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly status?: Delivery['status'] | undefined;
  /** Begin with attempts of this long ago, milliseconds; 0: with the next one. */
  readonly sinceMs: number;
  /** At most one request in this time, milliseconds. */
  readonly intervalMs: number;
  /** Called when the first look is over: from now on nothing is missed. */
  readonly onReady: () => void;
}

type Query = { readonly sentAfter?: string; readonly createdAfter?: string; readonly status?: Delivery['status'] };

/**
 * The deliveries that are stored as waiting, and every attempt, as they happen; until `stopped`. It polls the list of deliveries, and never
 * asks more often than once in `intervalMs`: where a look takes several pages, the next look comes later.
 */
export async function* followDeliveries(followed: Followed): AsyncGenerator<Change> {
  const { stopped, note } = followed;
  const paced = pacer(followed.intervalMs, stopped);
  let now = await serverTime(followed.api);
  const from = now - followed.sinceMs;
  const seen = new SeenDeliveries(new Date(from).toISOString());
  let floor = from - (followed.sinceMs === 0 ? OVERLAP_MS : 0);
  for (let isFirst = true; !stopped.aborted;) {
    try {
      const look = await oneLook(followed, paced, new Date(floor).toISOString());
      if (isFirst) followed.onReady();
      yield* seen.changesIn(look.rows, { isFirst, now });
      isFirst = false;
      if (look.isCut)
        note(`More than ${MAX_PAGES * PAGE} deliveries at once: some are not shown. Filters narrow it down.`);
      seen.forgetBefore(now - FORGET_AFTER_MS);
      now = look.now;
      floor = Math.max(from, now - OVERLAP_MS);
    } catch (error) {
      await waitOut(error, followed);
    }
  }
}

interface Look {
  readonly rows: readonly Delivery[];
  /** There are more than a look reads. */
  readonly isCut: boolean;
  /** The server's time at the first request, milliseconds since the epoch. */
  readonly now: number;
}

/** Reads every delivery that the queries find, the pages of one after the other. */
async function oneLook(followed: Followed, paced: () => Promise<void>, since: string): Promise<Look> {
  const { api, webhookId, eventType, stopped } = followed;
  const rows: Delivery[] = [];
  let [now, pages] = [Infinity, 0];
  for (const wanted of queriesOf(since, followed.status)) {
    for (let cursor: string | undefined, isLast = false; !isLast;) {
      if (pages === MAX_PAGES) return { rows, isCut: true, now };
      await paced();
      if (stopped.aborted) return { rows, isCut: false, now };
      const query = { ...wanted, cursor, limit: PAGE, webhookId, eventType };
      const { data, response } = await fullAnswerOf(api.GET('/v1/deliveries', { params: { query } }));
      pages += 1;
      now = Math.min(now, dateOf(response));
      rows.push(...data.data);
      cursor = data.nextCursor ?? undefined;
      isLast = data.nextCursor === null;
    }
  }
  return { rows, isCut: false, now };
}

/** Resolves when the next request may be sent: at most one in `intervalMs`. */
function pacer(intervalMs: number, stopped: AbortSignal): () => Promise<void> {
  let last = -Infinity;
  return async () => {
    await pause(Math.max(0, last + intervalMs - performance.now()), stopped);
    last = performance.now();
  };
}

/** What was sent since then; and what waits, which has never been sent. */
function queriesOf(since: string, status: Delivery['status'] | undefined): readonly Query[] {
  const sent: Query = { sentAfter: since, ...(status !== undefined && { status }) };
  const waiting: Query = { createdAfter: since, status: 'PENDING' };
  if (status === undefined) return [sent, waiting];
  return [status === 'PENDING' ? waiting : sent];
}

/** The clock of this machine may differ from the server's, and times in lists are the server's. */
const serverTime = async (api: Api): Promise<number> =>
  dateOf((await fullAnswerOf(api.GET('/v1/deliveries', { params: { query: { limit: 1 } } }))).response);

/** From the header Date, which has whole seconds. */
function dateOf({ headers }: Response): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}
