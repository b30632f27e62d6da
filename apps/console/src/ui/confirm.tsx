import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Problems } from './form.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button says: the deed itself, never "OK". */
  readonly action: string;
  readonly danger?: boolean;
  /** To be typed before, where the deed cannot be undone. */
  readonly typed?: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done. It is there while it is rendered. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  typed,
  isBusy,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const [text, setText] = useState('');
  const mayGo = typed === undefined || text.trim() === typed.trim();
  return (
    <Dialog onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (mayGo) onConfirm();
        }}
      >
        <Stack gap="md">
          <Text component="div" size="md">
            {children}
          </Text>
          {typed !== undefined && (
            <TextInput
              label={
                <>
                  Type <strong>{typed}</strong> to confirm
                </>
              }
              autoComplete="off"
              data-autofocus
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
            />
          )}
          <Problems sentences={error ? [error instanceof Error ? error.message : String(error)] : []} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" {...(danger ? { color: 'red' } : {})} loading={isBusy} disabled={!mayGo}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
