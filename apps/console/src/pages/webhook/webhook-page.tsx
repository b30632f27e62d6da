import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useCircuit, useWebhook } from '../../api/queries.ts';
import type { Circuit, Webhook } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { whyDisabled } from '../../format/failures.ts';
import { CopyButton } from '../../ui/display/copy.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { PlayIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { WebhookPill } from '../../ui/feedback/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { Sentence } from '../../ui/display/time.tsx';
import { Actions } from './actions/actions.tsx';
import { EnableWebhook } from './actions/webhook-actions.tsx';
import { HeldBack } from './held-back.tsx';
import { WebhookSettings } from './webhook-settings.tsx';

const DeliveryList = lazily(async () => (await import('../deliveries/delivery-list.tsx')).DeliveryList, <Loading />);
const WebhookHistory = lazily(async () => (await import('./history/webhook-history.tsx')).WebhookHistory, <Loading />);

const BACK = { href: '/webhooks', name: 'Webhooks' };
const TABS = [
  ['settings', 'Settings'],
  ['deliveries', 'Deliveries'],
  ['history', 'History'],
] as const;

interface WebhookPageProps {
  readonly id: string;
  readonly tab: string;
}

export function WebhookPage({ id, tab }: WebhookPageProps) {
  const { data: webhook, error, refetch } = useWebhook(id);
  const circuit = useCircuit(id).data ?? undefined;
  if (webhook === undefined) {
    return (
      <>
        <PageHead title={error ? 'Webhook' : '…'} name="Webhook" back={BACK} />
        <Card>{error ? <Failed error={error} onRetry={() => void refetch()} /> : <Skeleton />}</Card>
      </>
    );
  }
  return (
    <>
      <PageHead
        title={
          <>
            {webhook.name} <WebhookPill webhook={webhook} circuit={circuit} />
          </>
        }
        name={webhook.name}
        back={BACK}
        lead={
          <>
            <code>{webhook.url}</code> <CopyButton text={webhook.url} what="the URL" />
          </>
        }
        actions={<Actions webhook={webhook} />}
      />
      <Notices webhook={webhook} circuit={circuit} />
      <Tabs
        label="Parts of the webhook"
        tabs={TABS.map(([part, name]) => ({
          name,
          href: part === 'settings' ? `/webhooks/${id}` : `/webhooks/${id}/${part}`,
          isHere: part === tab,
        }))}
      />
      {tab === 'deliveries' ? (
        <DeliveryList webhookId={id} />
      ) : tab === 'history' ? (
        <WebhookHistory webhook={webhook} />
      ) : (
        <WebhookSettings webhook={webhook} circuit={circuit} />
      )}
    </>
  );
}

const Skeleton = () => (
  <div style={{ padding: '14px 18px' }}>
    <Loading lines={9} />
  </div>
);

interface NoticesProps {
  readonly webhook: Webhook;
  readonly circuit: Circuit | undefined;
}

/** Notices about everything that needs attention, each with what to do about it. */
function Notices({ webhook, circuit }: NoticesProps) {
  const [isEnabling, { open, close }] = useDisclosure();
  if (!webhook.isActive) {
    return (
      <Note
        tone={webhook.disabledReason === 'manual' ? 'warn' : 'bad'}
        title="Nothing is delivered: this webhook is disabled"
        action={
          <Button variant="default" leftSection={<PlayIcon size={13} />} onClick={open}>
            Enable …
          </Button>
        }
      >
        {whyDisabled(webhook)} {webhook.disabledDetail && <>“{webhook.disabledDetail}” </>}
        {webhook.disabledAt && <Sentence text={`Since ${webhook.disabledAt}. `} />}
        The messages of this time can be replayed when it is enabled.
        {isEnabling && <EnableWebhook webhook={webhook} onClose={close} />}
      </Note>
    );
  }
  if (circuit !== undefined && circuit.state !== 'closed') return <HeldBack circuit={circuit} />;
  if (webhook.alertedAt !== null) {
    return (
      <Note tone="warn" title={`${webhook.consecutiveFailures} failures in a row`}>
        Failing since <Sentence text={webhook.alertedAt} />. After more failures the webhook is disabled.
      </Note>
    );
  }
  return null;
}
