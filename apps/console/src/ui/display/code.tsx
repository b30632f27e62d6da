import { useMemo, useState } from 'react';
import { jsonTokens } from '../../format/json-tokens.ts';
import { pretty } from '../../format/text.ts';
import { CopyButton } from './copy.tsx';
import styles from './code.module.css';
import { visible } from '../../format/visible.ts';

/** A longer text is shown without colours: ten thousand coloured words make a page slow. */
const COLOURED_CHARS = 40_000;

interface CodeProps {
  readonly text: string;
  /** A name for the text, for screen readers and the copy button: `the request body`. */
  readonly what: string;
  readonly empty?: string;
}

/** A text for machines: JSON is indented and coloured, unless the user wants it raw; any other text is shown unchanged. */
export function Code({ text, what, empty = 'Empty' }: CodeProps) {
  const [isRaw, setRaw] = useState(false);
  const prettied = useMemo(() => pretty(text), [text]);
  const shown = isRaw ? { text, isJson: false } : prettied;
  if (text === '') return <p className={styles['empty']}>{empty}</p>;
  return (
    <div className={styles['code']}>
      <div className={styles['copy']}>
        {prettied.isJson && (
          <button type="button" className={styles['raw']} aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            Raw
          </button>
        )}
        <CopyButton text={shown.text} what={what} />
      </div>
      {/* The element scrolls, so it must be reachable by keyboard. */}
      <pre tabIndex={0} role="region" aria-label={what.replace(/^the /, '')}>
        {shown.isJson && shown.text.length < COLOURED_CHARS
          ? jsonTokens(shown.text).map(({ kind, text: part }, index) => (
              <span key={index} data-kind={kind}>
                {visible(part)}
              </span>
            ))
          : visible(shown.text)}
      </pre>
    </div>
  );
}

/** Any value as JSON. */
export const Json = ({ value, what }: { readonly value: unknown; readonly what: string }) => (
  <Code text={JSON.stringify(value)} what={what} />
);
