import type { ReactNode } from 'react';
import styles from './form.module.css';
import { WarningIcon } from '../display/icons.tsx';

/** The errors of a form as a whole. */
export function Problems({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className={styles['problems']} role="alert">
      <WarningIcon />
      <div>
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
    </div>
  );
}

interface NoteProps {
  readonly tone: 'warn' | 'bad' | 'accent' | 'good';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** A notice within a page. */
export function Note({ tone, title, children, action }: NoteProps) {
  return (
    <div className={styles['note']} data-tone={tone}>
      <div className={styles['noteText']}>
        {title && <p className={styles['noteTitle']}>{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** Fields that belong together, with a name. */
export function Fields({
  name,
  lead,
  children,
}: {
  readonly name: string;
  readonly lead?: string;
  readonly children: ReactNode;
}) {
  return (
    <fieldset className={styles['fields']}>
      <legend className={styles['legend']}>{name}</legend>
      {lead && <p className={styles['lead']}>{lead}</p>}
      <div className={styles['grid']}>{children}</div>
    </fieldset>
  );
}
