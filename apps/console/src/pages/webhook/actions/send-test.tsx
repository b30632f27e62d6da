import { useDisclosure } from '@mantine/hooks';
import type { Webhook } from '../../../api/model.ts';
import { lazily } from '../../../app/lazily.tsx';
import { FlaskIcon } from '../../../ui/display/icons.tsx';
import { ActionButton } from '../../../ui/forms/action-button.tsx';

const SendTestDialog = lazily(async () => (await import('./send-test-dialog.tsx')).SendTestDialog);

interface SendTestProps {
  readonly webhook: Pick<Webhook, 'id' | 'name' | 'events' | 'isActive'>;
}

/** Sends the example of an event type, and opens the page where its result will be shown. */
export function SendTest({ webhook }: SendTestProps) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <ActionButton
        leftSection={<FlaskIcon size={14} />}
        onClick={open}
        why={webhook.isActive ? undefined : 'The webhook is disabled: enable it first.'}
      >
        Send test
      </ActionButton>
      {opened && <SendTestDialog webhook={webhook} onClose={close} />}
    </>
  );
}
