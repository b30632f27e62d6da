import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answerOf } from '../../api/client.ts';
import { sentenceOf } from '../../api/problem.ts';
import { useRefresh } from '../../api/queries.ts';
import type { Circuit } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { ReplayIcon } from '../../ui/display/icons.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { Sentence } from '../../ui/display/time.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';

/** Shown while the circuit of a webhook is open: why nothing is sent, until when, and a button to try now. */
export function HeldBack({ circuit }: { readonly circuit: Circuit }) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const closing = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/v1/circuits/{webhookId}/close', { params: { path: { webhookId: circuit.webhookId } } })),
    onSuccess: async () => {
      toasts.done('One delivery is sent now. If it succeeds, the others follow.');
      await refresh('/v1/circuits', '/v1/deliveries');
    },
    onError: (error) => toasts.failed(sentenceOf(error)),
  });
  return (
    <Note
      tone="bad"
      title="Deliveries are held back: the circuit is open"
      action={
        <Button
          variant="default"
          leftSection={<ReplayIcon size={13} />}
          loading={closing.isPending}
          onClick={() => closing.mutate()}
        >
          Try now
        </Button>
      }
    >
      The receiver failed several times in a row. Deliveries wait and spend no attempts
      {circuit.nextProbeAt && (
        <>
          ; the next one is sent as a probe <Sentence text={circuit.nextProbeAt} />
        </>
      )}
      . After the first success all of them are sent.
    </Note>
  );
}
