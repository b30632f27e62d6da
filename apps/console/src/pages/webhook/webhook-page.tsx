import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useCircuit, useWebhook } from '../../api/queries.ts';
import type { Circuit, Webhook } from '../../api/model.ts';
import { whyDisabled } from '../../format/failures.ts';
import { CopyButton } from '../../ui/display/copy.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { DotsIcon, EditIcon, PauseIcon, PlayIcon, ReplayIcon, TrashIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { WebhookPill } from '../../ui/feedback/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { Sentence } from '../../ui/display/time.tsx';
import { DeliveryList } from '../deliveries/delivery-list.tsx';
import { CreateReplay } from '../replays/create-replay.tsx';
import { DeleteWebhook, DisableWebhook, EnableWebhook } from './actions/webhook-actions.tsx';
import { EditWebhook } from './actions/edit-webhook.tsx';
import { HeldBack } from './held-back.tsx';
import { SendTest } from './actions/send-test.tsx';
import { WebhookHistory } from './history/webhook-history.tsx';
import { WebhookSettings } from './webhook-settings.tsx';

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

type Open = 'edit' | 'enable' | 'disable' | 'delete' | 'replay';

function Actions({ webhook }: { readonly webhook: Webhook }) {
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      <SendTest webhook={webhook} />
      <Button variant="default" leftSection={<EditIcon size={14} />} onClick={() => setOpen('edit')}>
        Edit
      </Button>
      <Menu>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <DotsIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {webhook.isActive ? (
            <Menu.Item leftSection={<PauseIcon size={14} />} onClick={() => setOpen('disable')}>
              Disable …
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<PlayIcon size={14} />} onClick={() => setOpen('enable')}>
              Enable …
            </Menu.Item>
          )}
          <Menu.Item leftSection={<ReplayIcon size={14} />} onClick={() => setOpen('replay')}>
            Replay messages …
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<TrashIcon size={14} />} onClick={() => setOpen('delete')}>
            Delete …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {open === 'enable' && <EnableWebhook webhook={webhook} onClose={close} />}
      {open === 'disable' && <DisableWebhook webhook={webhook} onClose={close} />}
      {open === 'delete' && <DeleteWebhook webhook={webhook} onClose={close} />}
      {open === 'replay' && <CreateReplay webhook={webhook} onClose={close} />}
    </>
  );
}

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
