import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './page.module.css';
import { backTo } from '../lists/last-search.ts';
import { LeftIcon } from '../display/icons.tsx';

/** The title of the browser's tab. */
export function Title({ name }: { readonly name: string }) {
  useDocumentTitle(`${name} · Signet`);
  return null;
}

interface PageHeadProps {
  readonly title: ReactNode;
  /** The title of the tab, where `title` is not a plain text. */
  readonly name?: string;
  readonly back?: { readonly href: string; readonly name: string };
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of a page: the link back, its name, a line about it, and its actions. */
export function PageHead({ title, name, back, lead, actions }: PageHeadProps) {
  return (
    <header className={styles['head']}>
      <Title name={name ?? String(title)} />
      <div className={styles['titles']}>
        {back && (
          <Link href={backTo(back.href)} className={styles['back'] ?? ''}>
            <LeftIcon size={13} /> {back.name}
          </Link>
        )}
        <h1 className={styles['title']}>{title}</h1>
        {lead && <div className={styles['lead']}>{lead}</div>}
      </div>
      {actions && <div className={styles['actions']}>{actions}</div>}
    </header>
  );
}

interface SectionProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content reaches the border, as tables do. */
  readonly flush?: boolean;
  readonly danger?: boolean;
}

/** A titled card. */
export function Section({ title, lead, actions, children, flush = false, danger = false }: SectionProps) {
  return (
    <section className={styles['section']} data-danger={danger || undefined}>
      <div className={styles['sectionHead']}>
        <div>
          <h2 className={styles['sectionTitle']}>{title}</h2>
          {lead && <p className={styles['sectionLead']}>{lead}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </div>
      <div className={flush ? styles['flush'] : styles['body']}>{children}</div>
    </section>
  );
}

interface FactsProps {
  readonly children: ReactNode;
  /** Shows two facts side by side, where there is room. */
  readonly columns?: boolean;
}

/** Names and their values, one below the other. */
export function Facts({ children, columns = false }: FactsProps) {
  return (
    <dl className={styles['facts']} data-columns={columns || undefined}>
      {children}
    </dl>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles['fact']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Shown for a value that is not set. */
export const None = ({ children = 'None' }: { readonly children?: ReactNode }) => (
  <span className="faint">{children}</span>
);

/** A frame around content with a head of its own, such as a table. */
export const Card = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles['card']}>{children}</div>
);
