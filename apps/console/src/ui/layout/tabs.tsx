import { Link } from 'wouter';
import styles from './tabs.module.css';

export interface Tab {
  readonly href: string;
  readonly name: string;
  readonly isHere: boolean;
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  return (
    <nav className={styles['tabs']} aria-label={label}>
      {tabs.map(({ href, name, isHere }) => (
        <Link key={href} href={href} className={styles['tab'] ?? ''} aria-current={isHere ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
