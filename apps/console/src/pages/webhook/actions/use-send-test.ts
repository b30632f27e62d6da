import { useMutation } from '@tanstack/react-query';
import { answerOf } from '../../../api/client.ts';
import { useRefresh } from '../../../api/queries.ts';
import { useApi } from '../../../app/session.tsx';

/** Sends the example of an event type. @param onSent called with the id of the delivery */
export function useSendTest(webhookId: string, onSent: (deliveryId: string) => void) {
  const api = useApi();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (eventType: string) =>
      answerOf(api.POST('/v1/webhooks/{id}/test', { params: { path: { id: webhookId } }, body: { eventType } })),
    onSuccess: async ({ deliveryId }) => {
      await refresh('/v1/deliveries');
      onSent(deliveryId);
    },
  });
}
