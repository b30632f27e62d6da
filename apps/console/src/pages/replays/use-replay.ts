import { useQuery } from '@tanstack/react-query';
import { answerOf } from '../../api/client.ts';
import type { Delivery, Replay } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { isStoring, storedUntil } from './replay-outcome.ts';

const LIST_LIMIT = 200;
/** At most this many pages of deliveries are read: 1,000 deliveries, which take half a second. */
const PAGES = 5;
/** Deliveries of any kind, since the API cannot list the replayed ones alone. */
export const READ_LIMIT = PAGES * LIST_LIMIT;
const BUSY_MS = 3_000;
const QUIET_MS = 30_000;

export function useReplay(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/replays', 'one', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/replays/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? BUSY_MS : QUIET_MS),
  });
}

export interface ReplayDeliveries {
  readonly deliveries: readonly Delivery[];
  /** false: the webhook has more deliveries in this time, and older ones were not read. */
  readonly areAll: boolean;
}

/**
 * The deliveries of a replay, the newest first. The API does not name the replay of a delivery, but a webhook has one running replay at a
 * time: its replayed deliveries from the start of one replay to the start of the next belong to the first. A delivery that is stored only
 * after the next replay has begun is taken for one of that; one that is stored long after the end of its replay is not found.
 */
export function useReplayDeliveries(replay: Replay | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/deliveries', 'of replay', replay?.id],
    queryFn: async ({ signal }): Promise<ReplayDeliveries> => {
      if (replay === undefined) return { deliveries: [], areAll: true };
      const { webhookId, createdAt } = replay;
      // While a replay runs, its webhook has no later one.
      const replays =
        replay.state === 'running'
          ? []
          : (await answerOf(api.GET('/v1/replays', { params: { query: { webhookId, limit: LIST_LIMIT } }, signal })))
              .data;
      const query = {
        webhookId,
        createdAfter: createdAt,
        createdBefore: storedUntil(replay, replays),
        limit: LIST_LIMIT,
      };
      const read: Delivery[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const { data, nextCursor } = await answerOf(
          api.GET('/v1/deliveries', { params: { query: { ...query, cursor } }, signal }),
        );
        read.push(...data.filter(({ isReplay }) => isReplay));
        if (nextCursor === null) return { deliveries: read, areAll: true };
        cursor = nextCursor;
      }
      return { deliveries: read, areAll: false };
    },
    refetchInterval: ({ state: { data } }) => (replay && data && isChanging(replay, data) ? BUSY_MS : QUIET_MS),
    enabled: replay !== undefined,
  });
}

/** A page that cannot read all deliveries takes several requests each time, so it is not read often. */
const isChanging = (replay: Replay, { deliveries, areAll }: ReplayDeliveries): boolean =>
  areAll &&
  (replay.state === 'running' ||
    (isStoring(replay, new Date()) && deliveries.length < replay.requested) ||
    deliveries.some(({ status }) => !['SUCCESS', 'FAILED'].includes(status)));
