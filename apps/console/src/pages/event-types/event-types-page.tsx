import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { useEventTypes } from '../../api/queries.ts';
import type { EventType } from '../../api/model.ts';
import { domainName } from '../../format/text.ts';
import { Copyable } from '../../ui/display/copy.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { Empty, Failed, Loading } from '../../ui/feedback/states.tsx';
import { Tag } from '../../ui/feedback/status.tsx';
import { EventTypeParts } from './event-type-parts.tsx';
import styles from './event-types.module.css';

/** The event catalogue: a list by domain, and the chosen type with its fields, an example and its schema. */
export function EventTypesPage({ name }: { readonly name: string | undefined }) {
  const { data, error, refetch } = useEventTypes();
  const [, go] = useLocation();
  const chosen = data?.find((type) => type.name === name);
  const first = data?.[0]?.name;
  useEffect(() => {
    if (name === undefined && first !== undefined && window.matchMedia('(min-width: 901px)').matches) {
      go(`/event-types/${first}`, { replace: true });
    }
  }, [name, first, go]);
  return (
    <>
      <PageHead
        title="Event types"
        lead="The event types that webhooks can subscribe to, with the fields of each."
        {...(name === undefined ? {} : { name: chosen?.displayName ?? name })}
      />
      <Card>
        {error ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <div style={{ padding: '8px 18px' }}>
            <Loading lines={12} />
          </div>
        ) : (
          <div className={styles['catalogue']} data-chosen={name !== undefined || undefined}>
            <Names types={data} chosen={name} />
            <div className={styles['type']}>
              {chosen ? (
                <Type type={chosen} />
              ) : (
                name !== undefined && <Empty title={`There is no event type ${name}`}>Choose one from the list.</Empty>
              )}
            </div>
          </div>
        )}
      </Card>
    </>
  );
}

interface NamesProps {
  readonly types: readonly EventType[];
  readonly chosen: string | undefined;
}

function Names({ types, chosen }: NamesProps) {
  const domains = [...new Set(types.map(({ domain }) => domain))];
  return (
    <nav className={styles['names']} aria-label="Event types">
      {domains.map((domain) => (
        <div key={domain} className={styles['domain']}>
          <h2 className={styles['domainName']}>{domainName(domain)}</h2>
          <ul>
            {types
              .filter((type) => type.domain === domain)
              .map(({ name, displayName }) => (
                <li key={name}>
                  <Link
                    href={`/event-types/${name}`}
                    className={styles['name'] ?? ''}
                    aria-current={name === chosen ? 'page' : undefined}
                  >
                    {displayName}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Type({ type }: { readonly type: EventType }) {
  return (
    <>
      <Link href="/event-types" className={styles['all'] ?? ''}>
        All event types
      </Link>
      <h2 className={styles['title']}>
        {type.displayName} <Tag>Version {type.version}</Tag>
      </h2>
      <p className={styles['lead']}>{type.description}</p>
      <Copyable text={type.name} what="the name" />
      <EventTypeParts type={type} />
    </>
  );
}
