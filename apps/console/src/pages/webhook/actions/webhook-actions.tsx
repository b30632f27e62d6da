import { Checkbox, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf } from '../../../api/client.ts';
import { useRefresh, webhookKey } from '../../../api/queries.ts';
import type { Webhook } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';
import { Confirm } from '../../../ui/layout/confirm.tsx';
import { useToasts } from '../../../ui/feedback/toasts.tsx';
import { isolated } from '../../../format/visible.ts';
import { offerOfMissed } from './missed-offer.ts';

interface DialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

/** Shows the webhook of the answer at once, and reads the lists again. */
function useTakeOver() {
  const queries = useQueryClient();
  const refresh = useRefresh();
  return async (webhook: Webhook): Promise<void> => {
    queries.setQueryData(webhookKey(webhook.id), webhook);
    await refresh('/v1/webhooks', '/v1/circuits');
  };
}

interface EnableProps extends DialogProps {
  /** Whether the replay of what was missed is chosen at first. */
  readonly replays?: boolean;
}

export function EnableWebhook({ webhook, replays = false, onClose }: EnableProps) {
  const api = useApi();
  const toasts = useToasts();
  const takeOver = useTakeOver();
  const refresh = useRefresh();
  const [, go] = useLocation();
  const [isReplaying, setReplaying] = useState(replays);
  const enable = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/webhooks/{id}/enable', {
          params: { path: { id: webhook.id } },
          body: isReplaying ? { replay: 'missed' } : {},
        }),
      ),
    onSuccess: async (enabled) => {
      await takeOver(enabled);
      await refresh('/v1/replays');
      const then = isReplaying ? 'missed messages are replayed, see Replays' : 'failures in a row count from 0 again';
      toasts.done(`${isolated(webhook.name)} is enabled; ${then}.`);
      onClose();
      if (!isReplaying && webhook.disabledAt !== null) go(offerOfMissed(webhook.id, webhook.disabledAt));
    },
  });
  return (
    <Confirm
      title={`Enable ${isolated(webhook.name)}?`}
      action="Enable"
      isBusy={enable.isPending}
      error={enable.error}
      onConfirm={() => enable.mutate()}
      onClose={onClose}
    >
      <p>New messages are delivered from now on, and failures in a row count from 0 again.</p>
      <Checkbox
        mt="md"
        label="Replay the messages that were missed while it was disabled"
        description="Delivers, at a steady pace, the messages that came meanwhile and the deliveries that ended when it was disabled. Messages are kept for 7 days."
        checked={isReplaying}
        onChange={({ currentTarget }) => setReplaying(currentTarget.checked)}
      />
    </Confirm>
  );
}

export function DisableWebhook({ webhook, onClose }: DialogProps) {
  const api = useApi();
  const toasts = useToasts();
  const takeOver = useTakeOver();
  const [reason, setReason] = useState('');
  const disable = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/webhooks/{id}/disable', {
          params: { path: { id: webhook.id } },
          body: { reason: reason.trim() || null },
        }),
      ),
    onSuccess: async (disabled) => {
      await takeOver(disabled);
      toasts.done(`${isolated(webhook.name)} is disabled.`);
      onClose();
    },
  });
  return (
    <Confirm
      title={`Disable ${isolated(webhook.name)}?`}
      action="Disable"
      isBusy={disable.isPending}
      error={disable.error}
      onConfirm={() => disable.mutate()}
      onClose={onClose}
    >
      <p>
        Nothing is delivered until a user enables it. Deliveries under way end as failed; they, and what is missed
        meanwhile, can be replayed.
      </p>
      <Textarea
        mt="md"
        label="Reason"
        placeholder="Optional: the reason, for people who read the history later"
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
    </Confirm>
  );
}

export function DeleteWebhook({ webhook, onClose }: DialogProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const deletion = useMutation({
    mutationFn: () => api.DELETE('/v1/webhooks/{id}', { params: { path: { id: webhook.id } } }),
    onSuccess: async () => {
      go('/webhooks');
      queries.removeQueries({ queryKey: webhookKey(webhook.id) });
      await refresh('/v1/webhooks');
      toasts.done(`${isolated(webhook.name)} is deleted.`);
    },
  });
  return (
    <Confirm
      title={`Delete ${isolated(webhook.name)}?`}
      action="Delete webhook"
      danger
      typed={webhook.name}
      isBusy={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      Its secret is gone for good, and deliveries under way end as failed. The deliveries so far, and its history, can
      still be read.
    </Confirm>
  );
}
