import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { sentenceOf } from '../../../api/problem.ts';
import { useEventTypes } from '../../../api/queries.ts';
import type { Webhook } from '../../../api/model.ts';
import { Problems } from '../../../ui/forms/form.tsx';
import { Dialog } from '../../../ui/layout/dialog.tsx';
import { Choose } from '../../../ui/forms/choose.tsx';
import { Name } from '../../../ui/display/name.tsx';
import { useSendTest } from './use-send-test.ts';

interface SendTestDialogProps {
  readonly webhook: Pick<Webhook, 'id' | 'name' | 'events'>;
  readonly onClose: () => void;
}

/** Chooses the event of a test, and sends it. */
export function SendTestDialog({ webhook, onClose }: SendTestDialogProps) {
  const [, go] = useLocation();
  const eventTypes = useEventTypes();
  const [eventType, setEventType] = useState(webhook.events[0] ?? '');
  const test = useSendTest(webhook.id, (deliveryId) => go(`/deliveries/${deliveryId}`));
  return (
    <Dialog onClose={onClose} title="Send a test">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate(eventType);
        }}
      >
        <Stack gap="md">
          <Text size="md">
            An example event is sent to{' '}
            <strong>
              <Name>{webhook.name}</Name>
            </strong>
            , signed like every delivery. If it fails, this does not count as a failure in a row.
          </Text>
          <Choose
            label="Event"
            data={(eventTypes.data ?? []).map(({ name, displayName }) => ({ value: name, label: displayName }))}
            value={eventType}
            allowDeselect={false}
            onChange={(value) => setEventType(value ?? '')}
          />
          <Problems sentences={test.error ? [sentenceOf(test.error)] : []} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={test.isPending}>
              Send
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
