import { useQuery } from '@tanstack/react-query';
import { answerOf } from '../../../api/client.ts';
import type { WebhookState } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';

/** The webhook as it was at a time; what happened in that millisecond belongs to it. */
export function useStateAt(id: string, at: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/webhooks', 'state', id, at],
    queryFn: async ({ signal }) =>
      // With a time, the answer is the state at that time.
      (await answerOf(
        api.GET('/v1/webhooks/{id}/history', { params: { path: { id }, query: { at } }, signal }),
      )) as WebhookState,
    staleTime: Infinity,
  });
}
