import type { Webhook } from '../../api/model.ts';
import { urlParts } from '../../format/text.ts';
import { visible } from '../../format/visible.ts';
import styles from './name-and-url.module.css';
import { Name } from '../../ui/display/name.tsx';

/** A webhook in a list. */
export function NameAndUrl({ webhook: { name, url } }: { readonly webhook: Pick<Webhook, 'name' | 'url'> }) {
  const { origin, rest } = urlParts(url);
  return (
    <span className={styles['webhook']}>
      <Name className={styles['name'] ?? ''}>{name}</Name>
      <span className={styles['url']} title={url}>
        {visible(origin)}
        <span className="faint">{visible(rest)}</span>
      </span>
    </span>
  );
}
