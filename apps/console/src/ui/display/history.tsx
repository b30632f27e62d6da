import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { answerOf } from '../../api/client.ts';
import type { Page, WebhookHistoryEntry } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { actorParts, number } from '../../format/text.ts';
import { Json } from './code.tsx';
import styles from './history.module.css';
import { Section } from '../layout/page.tsx';
import { Pager, usePages } from '../lists/pager.tsx';
import type { Pages } from '../lists/pager.tsx';
import { Empty, Failed, Loading } from '../feedback/states.tsx';
import { Ago, Sentence } from './time.tsx';
import { Name } from './name.tsx';

/** Whose history is shown. */
export type HistoryOf = { readonly webhookId: string } | { readonly tenantId: string };

type ReadHistory = (query: {
  readonly limit: number;
  readonly cursor: string | undefined;
}) => Promise<Page<WebhookHistoryEntry>>;

export interface HistoryFilter {
  readonly key: string;
  /** After so many entries, `find` ends without a match, though there are older ones. */
  readonly readAtMost: number;
  /** Finds the entries of a page, with as many requests as it takes. */
  readonly find: (query: Parameters<ReadHistory>[0], read: ReadHistory) => Promise<Page<WebhookHistoryEntry>>;
}

interface HistoryProps {
  readonly of: HistoryOf;
  readonly actions?: ReactNode;
  /** Shows only entries that `filter` finds; its `key` names it. */
  readonly filter?: HistoryFilter | undefined;
  /** The parameter of the address that holds the page. */
  readonly param?: string;
  /** More about an entry, shown with its facts. */
  readonly about?: (entry: WebhookHistoryEntry) => ReactNode;
  /** Shows the state after this entry. */
  readonly onShow?: (entry: WebhookHistoryEntry) => void;
}

const BAD = /Failed|Alert|Disabled|Deleted|Suspended/;
const GOOD = /Enabled|Recovered|Resumed|Registered|Created/;
const toneOf = (type: string): string => (BAD.test(type) ? 'bad' : GOOD.test(type) ? 'good' : 'calm');

/** Milliseconds between refreshes: a list with 0 is not refreshed. */
const NEVER = 0;

const noneOf = ({ readAtMost }: HistoryFilter, { next, page }: Pick<Pages<unknown>, 'next' | 'page'>): string =>
  next === undefined
    ? `Nothing ${page === 1 ? '' : 'older '}of this kind`
    : `None among the ${page === 1 ? 'newest' : 'next'} ${number(readAtMost)}; Older looks further`;

/** The events of a webhook or tenant, the latest first. */
export function History({ of, actions, filter, param = 'historyPage', about, onShow }: HistoryProps) {
  const api = useApi();
  const [path, id] =
    'webhookId' in of
      ? (['/v1/webhooks/{id}/history', of.webhookId] as const)
      : (['/v1/tenants/{id}/history', of.tenantId] as const);
  const pages = usePages(
    path.replace('{id}', id),
    { filter: filter?.key },
    ({ limit, cursor }, signal) => {
      const read: ReadHistory = async (query) =>
        // Without a time, the answer for a webhook is a page of its history.
        (await answerOf(api.GET(path, { params: { path: { id }, query }, signal }))) as Page<WebhookHistoryEntry>;
      return filter ? filter.find({ limit, cursor }, read) : read({ limit, cursor });
    },
    // With a filter, a page may take many requests.
    { limit: 30, param, ...(filter && { refreshMs: NEVER }) },
  );
  return (
    <Section title="History" lead="All changes, with their time and the key that made them." actions={actions} flush>
      {pages.error ? (
        <Failed error={pages.error} onRetry={pages.retry} />
      ) : pages.rows === undefined || (pages.isStale && pages.rows.length === 0) ? (
        <div className={styles['loading']}>
          <Loading lines={6} />
        </div>
      ) : pages.rows.length === 0 ? (
        <Empty title={filter ? noneOf(filter, pages) : 'Nothing has happened yet'} />
      ) : (
        <ol className={styles['entries']} data-stale={pages.isStale || undefined}>
          {pages.rows.map((entry) => (
            <Entry key={entry.version} entry={entry} about={about} onShow={onShow} />
          ))}
        </ol>
      )}
      <Pager pages={pages} />
    </Section>
  );
}

interface EntryProps {
  readonly entry: WebhookHistoryEntry;
  readonly about: HistoryProps['about'];
  readonly onShow: HistoryProps['onShow'];
}

function Entry({ entry, about, onShow }: EntryProps) {
  const [isOpen, setOpen] = useState(false);
  const { name, keyId } = actorParts(entry.actor);
  return (
    <li className={styles['entry']} data-tone={toneOf(entry.type)}>
      <span className={styles['mark']} aria-hidden="true" />
      <div className={styles['text']}>
        <p>
          <Sentence text={entry.summary} />
        </p>
        <p className={styles['who']}>
          <span title={keyId ?? undefined}>
            <Name>{name === 'signet' ? 'Signet itself' : name}</Name>
          </span>{' '}
          · <Ago at={entry.at} /> · <code>{entry.type}</code>
        </p>
        {isOpen && (
          <div className={styles['data']}>
            {about?.(entry)}
            <Json value={entry.data} what="the facts" />
          </div>
        )}
      </div>
      <div className={styles['actions']}>
        {Object.keys(entry.data).length > 0 && (
          <Button
            variant="subtle"
            color="gray"
            c="dimmed"
            size="compact-xs"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide' : 'Details'}
          </Button>
        )}
        {onShow && (
          <Button variant="subtle" color="gray" c="dimmed" size="compact-xs" onClick={() => onShow(entry)}>
            State then
          </Button>
        )}
      </div>
    </li>
  );
}
