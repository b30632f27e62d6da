import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import styles from './copy.module.css';
import { CheckIcon, CopyIcon } from './icons.tsx';
import { Tip } from './tip.tsx';

/** Browsers offer navigator.clipboard only over HTTPS and on localhost; on other pages an older way is used. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

interface CopyButtonProps {
  readonly text: string;
  /** A name for the copied text, such as `the secret`. */
  readonly what: string;
}

/** Whether the text was copied a moment ago, and a function that copies it. */
function useCopied(text: string): readonly [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => void copy(text).then(() => setCopied(true))];
}

export function CopyButton({ text, what }: CopyButtonProps) {
  const [copied, onCopy] = useCopied(text);
  return (
    <Tip label={copied ? 'Copied' : `Copy ${what}`}>
      <button
        type="button"
        className={styles['button']}
        data-copied={copied || undefined}
        aria-label={copied ? 'Copied' : `Copy ${what}`}
        onClick={onCopy}
      >
        {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      </button>
    </Tip>
  );
}

/** An id, or another text that people copy, with a button for it. */
export function Copyable({ text, what }: CopyButtonProps) {
  return (
    <span className={styles['copyable']}>
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </span>
  );
}

interface NewSecretProps extends CopyButtonProps {
  /** By which tests find the text. */
  readonly testId: string;
}

/** A secret or key that was just made, with a button for it. */
export function NewSecret({ text, what, testId }: NewSecretProps) {
  return (
    <div className={styles['secret']}>
      <code data-testid={testId}>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** A button with a word, for a text that is not shown beside it. */
export function CopyAs({ text, what }: CopyButtonProps) {
  const [copied, onCopy] = useCopied(text);
  return (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={copied ? <CheckIcon size={13} /> : <CopyIcon size={13} />}
      onClick={onCopy}
    >
      {copied ? 'Copied' : `Copy ${what}`}
    </Button>
  );
}
