import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import type { Webhook } from '../../../api/model.ts';
import { lazily } from '../../../app/lazily.tsx';
import { DotsIcon, EditIcon } from '../../../ui/display/icons.tsx';
import type { Chosen } from './more-actions.tsx';
import { SendTest } from './send-test.tsx';

const EditWebhook = lazily(async () => (await import('./edit-webhook.tsx')).EditWebhook);
const DeleteWebhook = lazily(async () => (await import('./webhook-actions.tsx')).DeleteWebhook);
const DisableWebhook = lazily(async () => (await import('./webhook-actions.tsx')).DisableWebhook);
const EnableWebhook = lazily(async () => (await import('./webhook-actions.tsx')).EnableWebhook);
const CreateReplay = lazily(async () => (await import('../../replays/create-replay.tsx')).CreateReplay);
const MoreActions = lazily(
  async () => (await import('./more-actions.tsx')).MoreActions,
  <ActionIcon variant="default" size={30} aria-label="More actions" disabled>
    <DotsIcon />
  </ActionIcon>,
);

/** What can be done to a webhook. */
export function Actions({ webhook }: { readonly webhook: Webhook }) {
  const [open, setOpen] = useState<'edit' | Chosen | null>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      <SendTest webhook={webhook} />
      <Button variant="default" leftSection={<EditIcon size={14} />} onClick={() => setOpen('edit')}>
        Edit
      </Button>
      <MoreActions webhook={webhook} onChosen={setOpen} />
      {open === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {open === 'enable' && <EnableWebhook webhook={webhook} onClose={close} />}
      {open === 'disable' && <DisableWebhook webhook={webhook} onClose={close} />}
      {open === 'delete' && <DeleteWebhook webhook={webhook} onClose={close} />}
      {open === 'replay' && <CreateReplay webhook={webhook} onClose={close} />}
    </>
  );
}
