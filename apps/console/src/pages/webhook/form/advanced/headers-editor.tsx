import { ActionIcon, Button, TextInput } from '@mantine/core';
import type { HeaderLine } from '../../../../format/headers.ts';
import { CrossIcon, PlusIcon } from '../../../../ui/display/icons.tsx';
import styles from './headers-editor.module.css';

interface HeadersEditorProps {
  readonly lines: readonly HeaderLine[];
  readonly error: string | undefined;
  readonly onChange: (lines: readonly HeaderLine[]) => void;
}

export function HeadersEditor({ lines, error, onChange }: HeadersEditorProps) {
  const put = (at: number, change: Partial<HeaderLine>): void =>
    onChange(lines.map((line, index) => (index === at ? { ...line, ...change } : line)));
  return (
    <div className={styles['lines']}>
      {lines.map(({ name, value }, index) => (
        <div key={index} className={styles['line']}>
          <TextInput
            aria-label={`Name of header ${index + 1}`}
            placeholder="X-Shop"
            value={name}
            error={error !== undefined && index === 0}
            onChange={({ currentTarget }) => put(index, { name: currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of header ${index + 1}`}
            placeholder="12"
            value={value}
            onChange={({ currentTarget }) => put(index, { value: currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => onChange(lines.filter((_, at) => at !== index))}
          >
            <CrossIcon size={14} />
          </ActionIcon>
        </div>
      ))}
      {error !== undefined && (
        <p className={styles['error']} role="alert">
          {error}
        </p>
      )}
      <div>
        <Button
          variant="default"
          leftSection={<PlusIcon size={13} />}
          onClick={() => onChange([...lines, { name: '', value: '' }])}
        >
          Add header
        </Button>
      </div>
    </div>
  );
}
