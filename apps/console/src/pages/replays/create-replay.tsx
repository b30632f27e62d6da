import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { errorsByField, sentenceOf } from '../../api/problem.ts';
import { useRefresh, useTenantStatus } from '../../api/queries.ts';
import type {
  CreateReplay as CreateReplayBody,
  Replay,
  ReplayPreview,
  ReplayStatus,
  Webhook,
} from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi } from '../../app/session.tsx';
import { counted } from '../../format/text.ts';
import { fromLocalInput, toLocalInput, zoneName } from '../../format/time.ts';
import { Problems } from '../../ui/forms/form.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';
import { REPLAYED, whyNoReplay } from './replay-words.ts';
import styles from './replays.module.css';
import { Dialog } from '../../ui/layout/dialog.tsx';
import { WebhookChoice } from '../../ui/forms/webhook-choice.tsx';
import { isolated } from '../../format/visible.ts';

const EnableWebhook = lazily(async () => (await import('../webhook/actions/webhook-actions.tsx')).EnableWebhook);

const DAY_MS = 86_400_000;

interface CreateReplayProps {
  /** The webhook to replay for; without it the user chooses one. */
  readonly webhook?: Webhook;
  /** Messages and a time to begin with; failed ones of the last day are usual. */
  readonly begin?: { readonly status: ReplayStatus; readonly since: string } | undefined;
  /** The replay runs; its page is shown next. */
  readonly onStarted?: () => void;
  readonly onClose: () => void;
}

/** Chooses messages, shows their number, and only then replays them. */
export function CreateReplay({ webhook, begin, onStarted, onClose }: CreateReplayProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const [, go] = useLocation();
  const [chosen, setChosen] = useState(webhook);
  const [isEnabling, setEnabling] = useState(false);
  const webhookId = chosen?.id ?? null;
  const [status, setStatus] = useState<ReplayStatus>(begin?.status ?? 'failed');
  const [since, setSince] = useState(() => toLocalInput(begin ? new Date(begin.since) : new Date(Date.now() - DAY_MS)));
  const [until, setUntil] = useState('');
  const sinceAt = fromLocalInput(since);
  const untilAt = fromLocalInput(until);
  const isWhole = webhookId !== null && sinceAt !== undefined;
  const body: CreateReplayBody = {
    webhookId: webhookId ?? '',
    status,
    since: sinceAt ?? '',
    ...(untilAt !== undefined && { until: untilAt }),
  };
  const tenantStatus = useTenantStatus();
  const running = useQuery({
    queryKey: ['/v1/replays', 'running', webhookId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET('/v1/replays', {
          params: { query: { webhookId: webhookId ?? '', state: 'running', limit: 1 } },
          signal,
        }),
      ),
    refetchInterval: 3_000,
    enabled: webhookId !== null,
  });
  const why =
    chosen &&
    whyNoReplay({
      webhook: chosen,
      tenantStatus: tenantStatus(chosen.tenantId),
      isBusy: (running.data?.data.length ?? 0) > 0,
    });
  const [asked] = useDebouncedValue(JSON.stringify(body), 300);
  const preview = useQuery({
    queryKey: ['/v1/replays', 'preview', asked],
    queryFn: async () =>
      // With `preview` the answer is the number of messages, and nothing is replayed.
      (await answerOf(
        api.POST('/v1/replays', {
          params: { query: { preview: 'true' } },
          body: JSON.parse(asked) as CreateReplayBody,
        }),
      )) as ReplayPreview,
    enabled: isWhole && why === undefined && asked === JSON.stringify(body),
    staleTime: 10_000,
    retry: false,
  });
  const creation = useMutation({
    // Without `preview` the answer is the new replay.
    mutationFn: async () => (await answerOf(api.POST('/v1/replays', { body }))) as Replay,
    onSuccess: async ({ id }) => {
      await refresh('/v1/replays');
      toasts.done('The replay is running.');
      onClose();
      onStarted?.();
      go(`/replays/${id}`);
    },
  });
  const errors = errorsByField(creation.error, ['webhookId', 'since', 'until', 'status']);
  if (isEnabling && chosen) return <EnableWebhook webhook={chosen} replays onClose={onClose} />;
  return (
    <Dialog
      onClose={onClose}
      title={webhook ? `Replay messages of ${isolated(webhook.name)}` : 'New replay'}
      size={540}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          creation.mutate();
        }}
      >
        <Stack gap="md">
          {!webhook && (
            <WebhookChoice
              label="Webhook"
              placeholder="Search for the webhook that gets the messages"
              chosen={chosen}
              error={errors.fields['webhookId']}
              onChange={setChosen}
            />
          )}
          <Radio.Group
            label="Messages"
            value={status}
            onChange={(value) => setStatus(value as ReplayStatus)}
            error={errors.fields['status']}
          >
            <div className={styles['kinds']} style={{ marginTop: 8 }}>
              {Object.entries(REPLAYED).map(([value, { name, lead }]) => (
                <Radio key={value} size="xs" value={value} label={name} description={lead} />
              ))}
            </div>
          </Radio.Group>
          <div className={styles['times']}>
            <TextInput
              type="datetime-local"
              label={`Since (${zoneName()})`}
              value={since}
              error={errors.fields['since']}
              onChange={({ currentTarget }) => setSince(currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label={`Until (${zoneName()})`}
              description="Empty: up to now"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={until}
              error={errors.fields['until']}
              onChange={({ currentTarget }) => setUntil(currentTarget.value)}
            />
          </div>
          <div className={styles['count']} role="status">
            {why !== undefined
              ? why
              : !isWhole
                ? 'Choose a webhook and a time to see how many messages these are.'
                : preview.error
                  ? sentenceOf(preview.error)
                  : preview.data === undefined
                    ? 'Counting …'
                    : sentenceAbout(preview.data)}
          </div>
          <Problems sentences={errors.rest} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            {chosen?.isActive === false && tenantStatus(chosen.tenantId) !== 'suspended' ? (
              <Button onClick={() => setEnabling(true)}>Enable the webhook …</Button>
            ) : (
              <Button
                type="submit"
                loading={creation.isPending}
                disabled={!isWhole || preview.data?.count === 0 || why !== undefined}
              >
                Start the replay
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function sentenceAbout({ count, isExact }: ReplayPreview): string {
  if (count === 0) return 'There are no messages in this time range.';
  const messages = counted(count, 'message');
  return `${isExact ? messages : `More than ${messages}`} would be delivered again.`;
}
