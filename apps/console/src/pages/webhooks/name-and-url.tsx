import type { Webhook } from '../../api/model.ts';
import { urlParts } from '../../format/text.ts';
import styles from './name-and-url.module.css';

/** A webhook in a list. */
export function NameAndUrl({ webhook: { name, url } }: { readonly webhook: Pick<Webhook, 'name' | 'url'> }) {
  const { origin, rest } = urlParts(url);
  return (
    <span className={styles['webhook']}>
      <span className={styles['name']}>{name}</span>
      <span className={styles['url']} title={url}>
        {origin}
        <span className="faint">{rest}</span>
      </span>
    </span>
  );
}
