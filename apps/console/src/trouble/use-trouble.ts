import { useQuery } from '@tanstack/react-query';
import { answerOf } from '../api/client.ts';
import type { Attempt, Delivery } from '../api/model.ts';
import { useApi } from '../app/session.tsx';

/** What the deliveries of a webhook say about its trouble. */
export interface Trouble {
  /** Deliveries that are pending, held back, or between two attempts; `isMore`: this is only the first page of them. */
  readonly waiting: number;
  readonly isMore: boolean;
  /** The last attempt that failed, and its delivery. */
  readonly delivery: Delivery | undefined;
  readonly attempt: Attempt | undefined;
}

const COUNTED = 200;

/** @param isWanted whether the webhook has trouble at all: these are four requests */
export function useTrouble(webhookId: string, isWanted: boolean): Trouble | undefined {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['/v1/deliveries', 'trouble', webhookId],
    queryFn: async ({ signal }): Promise<Trouble> => {
      const list = (status: Delivery['status'], limit: number) =>
        answerOf(api.GET('/v1/deliveries', { params: { query: { webhookId, status, limit } }, signal }));
      const [pending, retrying, failed] = await Promise.all([
        list('PENDING', COUNTED),
        list('RETRYING', COUNTED),
        list('FAILED', 1),
      ]);
      const delivery = lastSent([...pending.data, ...retrying.data, ...failed.data]);
      const attempts =
        delivery === undefined
          ? []
          : (await answerOf(api.GET('/v1/deliveries/{id}/attempts', { params: { path: { id: delivery.id } }, signal })))
              .data;
      return {
        waiting: pending.data.length + retrying.data.length,
        isMore: pending.nextCursor !== null || retrying.nextCursor !== null,
        delivery,
        attempt: attempts.findLast(({ outcome }) => outcome === 'failed'),
      };
    },
    refetchInterval: 15_000,
    enabled: isWanted,
  });
  return data;
}

/** The delivery whose failed attempt is the latest. */
const lastSent = (deliveries: readonly Delivery[]): Delivery | undefined =>
  deliveries
    .filter(({ errorClass, sentAt }) => errorClass !== null && sentAt !== null)
    .toSorted((a, b) => Date.parse(a.sentAt ?? '') - Date.parse(b.sentAt ?? ''))
    .at(-1);
