import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/problem.ts';
import { useRefresh } from '../api/queries.ts';
import type { Tenant, Webhook } from '../api/model.ts';
import { lazily } from '../app/lazily.tsx';
import { useApi, useIdentity } from '../app/session.tsx';
import { isOpen } from '../state/health.ts';
import type { KnownCircuit } from '../state/health.ts';
import { SendTestDialog } from '../pages/webhook/actions/send-test-dialog.tsx';
import { EnableWebhook } from '../pages/webhook/actions/webhook-actions.tsx';
import { EditIcon, FlaskIcon, PlayIcon, ReplayIcon } from '../ui/display/icons.tsx';
import { useToasts } from '../ui/feedback/toasts.tsx';
import { ActionButton } from '../ui/forms/action-button.tsx';

const EditWebhook = lazily(async () => (await import('../pages/webhook/actions/edit-webhook.tsx')).EditWebhook);

interface TroubleActionsProps {
  readonly webhook: Webhook;
  readonly circuit: KnownCircuit;
  readonly tenantStatus: Tenant['status'] | undefined;
  /** A URL that the receiver itself has named. */
  readonly url?: string | undefined;
}

/** The buttons that mend a webhook. One that cannot be used now says why. */
export function TroubleActions({ webhook, circuit, tenantStatus, url }: TroubleActionsProps) {
  const { isOperator } = useIdentity();
  const [open, setOpen] = useState<'edit' | 'url' | 'test' | 'enable' | null>(null);
  const close = (): void => setOpen(null);
  const suspended = tenantStatus === 'suspended' ? 'The tenant is suspended: nothing is delivered.' : undefined;
  // A suspended tenant may change nothing; an operator may prepare its webhooks.
  const readOnly = isOperator ? undefined : suspended && 'Your account is suspended: you can change nothing now.';
  return (
    <>
      {url !== undefined && (
        <ActionButton
          variant="filled"
          why={readOnly}
          leftSection={<EditIcon size={14} />}
          onClick={() => setOpen('url')}
        >
          Use this URL …
        </ActionButton>
      )}
      <ActionButton why={readOnly} leftSection={<EditIcon size={14} />} onClick={() => setOpen('edit')}>
        Edit URL …
      </ActionButton>
      <ActionButton
        why={suspended ?? (webhook.isActive ? undefined : 'The webhook is disabled: enable it first.')}
        leftSection={<FlaskIcon size={14} />}
        onClick={() => setOpen('test')}
      >
        Send a test …
      </ActionButton>
      {webhook.isActive ? (
        <CloseCircuit webhookId={webhook.id} circuit={circuit} suspended={suspended} />
      ) : (
        <ActionButton why={readOnly} leftSection={<PlayIcon size={14} />} onClick={() => setOpen('enable')}>
          Enable and replay what was missed …
        </ActionButton>
      )}
      {open === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {open === 'url' && url !== undefined && <EditWebhook webhook={webhook} url={url} onClose={close} />}
      {open === 'test' && <SendTestDialog webhook={webhook} onClose={close} />}
      {open === 'enable' && <EnableWebhook webhook={webhook} replays onClose={close} />}
    </>
  );
}

interface CloseCircuitProps {
  readonly webhookId: string;
  readonly circuit: KnownCircuit;
  readonly suspended: string | undefined;
}

function CloseCircuit({ webhookId, circuit, suspended }: CloseCircuitProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const closing = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/circuits/{webhookId}/close', { params: { path: { webhookId } } })),
    onSuccess: async () => {
      toasts.done('One delivery is sent now. If it succeeds, the others follow.');
      await refresh('/v1/circuits', '/v1/deliveries');
    },
    onError: (error) => toasts.failed(sentenceOf(error)),
  });
  const isKnown = circuit !== 'unknown' && circuit !== 'loading';
  const notOpen = isKnown
    ? 'The circuit is closed: nothing is held back.'
    : 'Whether the circuit is open is not known now.';
  return (
    <ActionButton
      why={suspended ?? (isOpen(circuit) ? undefined : notOpen)}
      leftSection={<ReplayIcon size={14} />}
      loading={closing.isPending}
      onClick={() => closing.mutate()}
    >
      Close the circuit
    </ActionButton>
  );
}
