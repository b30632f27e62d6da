import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Problems } from '../forms/form.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The text of the button: it names the action, and is never "OK". */
  readonly action: string;
  readonly danger?: boolean;
  /** The user must type this text before, if the action cannot be undone. */
  readonly typed?: string;
  /** false: the action is not known to be possible yet. */
  readonly mayConfirm?: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks for confirmation before an action. The dialog is open while the component is rendered. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  typed,
  mayConfirm = true,
  isBusy,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const [text, setText] = useState('');
  const mayGo = mayConfirm && (typed === undefined || text.trim() === typed.trim());
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
