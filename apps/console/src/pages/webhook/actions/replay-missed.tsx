import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Webhook } from '../../../api/model.ts';
import { ReplayIcon } from '../../../ui/display/icons.tsx';
import { At } from '../../../ui/display/time.tsx';
import { Note } from '../../../ui/forms/form.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { CreateReplay } from '../../replays/create-replay.tsx';
import { MISSED_SINCE, missedSinceIn } from './missed-offer.ts';

/**
 * After a webhook was enabled, offers to replay what it has missed; nothing where the address names no time. The time leaves the address
 * when the replay starts, so that Back does not offer it again.
 */
export function ReplayMissed({ webhook }: { readonly webhook: Webhook }) {
  const [asked, setAsked] = useParam(MISSED_SINCE);
  const [isOpen, { open, close }] = useDisclosure();
  const since = missedSinceIn(asked);
  if (since === null || !webhook.isActive) return null;
  const forget = (): void => setAsked(null);
  return (
    <Note
      tone="accent"
      title="This webhook is enabled"
      action={
        <Group gap="xs">
          <Button variant="default" onClick={forget}>
            Not now
          </Button>
          <Button leftSection={<ReplayIcon size={13} />} onClick={open}>
            Replay what it missed …
          </Button>
        </Group>
      }
    >
      Messages that came since <At at={since} /> were not delivered. They are kept for 7 days.
      {isOpen && (
        <CreateReplay webhook={webhook} begin={{ status: 'missed', since }} onStarted={forget} onClose={close} />
      )}
    </Note>
  );
}
