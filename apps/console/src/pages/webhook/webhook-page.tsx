import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSearchParams } from 'wouter';
import { useCircuit, useTenant, useWebhook } from '../../api/queries.ts';
import type { Webhook } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { whyDisabled } from '../../state/why-disabled.ts';
import { isolated } from '../../format/visible.ts';
import { Name } from '../../ui/display/name.tsx';
import { CopyButton } from '../../ui/display/copy.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { PlayIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { WebhookPill } from '../../ui/feedback/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { Sentence } from '../../ui/display/time.tsx';
import { Actions } from './actions/actions.tsx';
import { MISSED_SINCE } from './actions/missed-offer.ts';
import { WebhookSettings } from './webhook-settings.tsx';

const WebhookTrouble = lazily(async () => (await import('../../trouble/webhook-trouble.tsx')).WebhookTrouble);
const WebhookStatistics = lazily(async () => (await import('./webhook-statistics.tsx')).WebhookStatistics, <Loading />);
const EnableWebhook = lazily(async () => (await import('./actions/webhook-actions.tsx')).EnableWebhook);
const ReplayMissed = lazily(async () => (await import('./actions/replay-missed.tsx')).ReplayMissed);
const DeliveryList = lazily(async () => (await import('../deliveries/delivery-list.tsx')).DeliveryList, <Loading />);
const FailureGroups = lazily(async () => (await import('../failures/failure-groups.tsx')).FailureGroups, <Loading />);
const WebhookHistory = lazily(async () => (await import('./history/webhook-history.tsx')).WebhookHistory, <Loading />);

const BACK = { href: '/webhooks', name: 'Webhooks' };
const TABS = [
  ['settings', 'Settings'],
  ['deliveries', 'Deliveries'],
  ['failures', 'Failures'],
  ['history', 'History'],
] as const;

interface WebhookPageProps {
  readonly id: string;
  readonly tab: string;
}

export function WebhookPage({ id, tab }: WebhookPageProps) {
  const { data: webhook, error, refetch } = useWebhook(id);
  const circuit = useCircuit(id);
  const [params] = useSearchParams();
  const tenant = useTenant(webhook?.tenantId).data;
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
            <Name>{webhook.name}</Name>{' '}
            <WebhookPill webhook={webhook} circuit={circuit} tenantStatus={tenant?.status} />
          </>
        }
        name={isolated(webhook.name)}
        back={BACK}
        lead={
          <>
            <code>{webhook.url}</code> <CopyButton text={webhook.url} what="the URL" />
          </>
        }
        actions={<Actions webhook={webhook} />}
      />
      {webhook.disabledReason === 'manual' ? (
        <DisabledByHand webhook={webhook} />
      ) : (
        <WebhookTrouble webhook={webhook} circuit={circuit} tenant={tenant} />
      )}
      {params.has(MISSED_SINCE) && <ReplayMissed webhook={webhook} />}
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
      ) : tab === 'failures' ? (
        <FailureGroups webhookId={id} />
      ) : tab === 'history' ? (
        <WebhookHistory webhook={webhook} />
      ) : (
        <>
          <WebhookStatistics webhook={webhook} />
          <WebhookSettings webhook={webhook} circuit={circuit} tenantStatus={tenant?.status} />
        </>
      )}
    </>
  );
}

const Skeleton = () => (
  <div style={{ padding: '14px 18px' }}>
    <Loading lines={9} />
  </div>
);

/** A webhook that a person has disabled is not in trouble, but says so. */
function DisabledByHand({ webhook }: { readonly webhook: Webhook }) {
  const [isEnabling, { open, close }] = useDisclosure();
  return (
    <Note
      tone="warn"
      title="Nothing is delivered: this webhook is disabled"
      action={
        <Button variant="default" leftSection={<PlayIcon size={13} />} onClick={open}>
          Enable …
        </Button>
      }
    >
      {whyDisabled(webhook)}{' '}
      {webhook.disabledDetail && (
        <>
          “<Name>{webhook.disabledDetail}</Name>”{' '}
        </>
      )}
      {webhook.disabledAt && <Sentence text={`Since ${webhook.disabledAt}. `} />}
      The messages of this time can be replayed when it is enabled.
      {isEnabling && <EnableWebhook webhook={webhook} onClose={close} />}
    </Note>
  );
}
