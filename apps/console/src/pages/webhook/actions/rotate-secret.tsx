import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../../../api/client.ts';
import { errorsByField } from '../../../api/problem.ts';
import { useRefresh } from '../../../api/queries.ts';
import type { RotatedSecret, Webhook } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';
import { NewSecret } from '../../../ui/display/copy.tsx';
import { Problems } from '../../../ui/forms/form.tsx';
import { At } from '../../../ui/display/time.tsx';
import { Dialog } from '../../../ui/layout/dialog.tsx';
import { GENERATED, secretField } from '../form/secret.ts';
import { SecretChoice } from '../form/secret-choice.tsx';
import { Choose } from '../../../ui/forms/choose.tsx';

const OVERLAPS = [
  { value: '0', label: 'None: the former secret stops at once' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '72', label: '3 days' },
  { value: '168', label: '7 days' },
];

interface RotateSecretProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

export function RotateSecret({ webhook, onClose }: RotateSecretProps) {
  const api = useApi();
  const refresh = useRefresh();
  const [secret, setSecret] = useState(GENERATED);
  const [overlap, setOverlap] = useState('24');
  const rotation = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/webhooks/{id}/secret/rotate', {
          params: { path: { id: webhook.id } },
          body: { overlapHours: Number(overlap), ...secretField(secret) },
        }),
      ),
    onSuccess: () => refresh('/v1/webhooks', '/v1/circuits'),
  });
  const errors = errorsByField(rotation.error, ['secret', 'overlapHours']);
  if (rotation.data) return <Rotated rotated={rotation.data} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title="Rotate the signing secret" size={480}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rotation.mutate();
        }}
      >
        <Stack gap="md">
          <SecretChoice label="New secret" chosen={secret} error={errors.fields['secret']} onChange={setSecret} />
          <Choose
            label="Overlap"
            description="For this time deliveries are signed with the former secrets as well as the new one, so that your receiver can change over."
            data={OVERLAPS}
            allowDeselect={false}
            value={overlap}
            error={errors.fields['overlapHours']}
            onChange={(value) => setOverlap(value ?? '24')}
          />
          <Problems sentences={errors.rest} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={rotation.isPending}>
              Rotate secret
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Rotated({ rotated, onClose }: { readonly rotated: RotatedSecret; readonly onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="The secret is rotated" size={480}>
      <Text size="md">
        This is the new one.{' '}
        {rotated.overlapUntil ? (
          <>
            The former secret also signs until <At at={rotated.overlapUntil} />.
          </>
        ) : (
          'The former secret no longer signs.'
        )}
      </Text>
      <NewSecret text={rotated.secret} what="the secret" testId="new-secret" />
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Dialog>
  );
}
