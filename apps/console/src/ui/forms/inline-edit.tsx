import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { errorsByField } from '../../api/problem.ts';

interface InlineEditProps {
  /** A name for the value, for screen readers: `the alert e-mail`. */
  readonly what: string;
  readonly field: string;
  readonly value: string;
  readonly shown: ReactNode;
  readonly placeholder?: string;
  readonly type?: 'text' | 'email';
  readonly onSave: (value: string) => Promise<unknown>;
}

/** A value that is edited at its place in the page. */
export function InlineEdit({ what, field, value, shown, placeholder, type = 'text', onSave }: InlineEditProps) {
  const [text, setText] = useState<string | null>(null);
  const saving = useMutation({ mutationFn: onSave, onSuccess: () => setText(null) });
  if (text === null) {
    return (
      <Group gap={6} wrap="nowrap">
        {shown}
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={`Change ${what}`}
          onClick={() => {
            saving.reset();
            setText(value);
          }}
        >
          Change
        </Button>
      </Group>
    );
  }
  const errors = errorsByField(saving.error, [field]);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(text.trim());
      }}
    >
      <Group gap="xs" align="flex-start">
        <TextInput
          size="xs"
          w={280}
          type={type}
          aria-label={what}
          placeholder={placeholder ?? ''}
          autoFocus
          value={text}
          error={errors.fields[field] ?? errors.rest[0]}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button type="submit" loading={saving.isPending}>
          Save
        </Button>
        <Button variant="default" onClick={() => setText(null)}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
