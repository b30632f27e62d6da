import type { WebhookHistoryEntry } from '../../../api/model.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { visible } from '../../../format/visible.ts';
import { Failed, Loading } from '../../../ui/feedback/states.tsx';
import { changesBetween, CREDENTIALS_NOT_SHOWN, hasCredential, headersSetBy } from './shown-fields.ts';
import { useStateAt } from './use-state-at.ts';
import styles from './entry-changes.module.css';

interface EntryChangesProps {
  readonly webhookId: string;
  readonly entry: WebhookHistoryEntry;
}

/**
 * What an entry of the history has changed: each value before and after. Nothing for the entries that made the webhook. The entries of one
 * command have one time, and the states are read by time: the last of them shows the changes of all.
 */
export const EntryChanges = (props: EntryChangesProps) => (props.entry.version === 1 ? null : <Changes {...props} />);

function Changes({ webhookId, entry }: EntryChangesProps) {
  const { at } = entry;
  const before = useStateAt(webhookId, new Date(Date.parse(at) - 1).toISOString());
  const after = useStateAt(webhookId, at);
  // The webhook was made at this time: an entry of version 2 can set its certificate.
  if (before.error instanceof ApiProblem && before.error.status === 404) return null;
  if (before.error ?? after.error) return <Failed error={before.error ?? after.error} />;
  if (before.data === undefined || after.data === undefined) return <Loading lines={2} />;
  const changes = changesBetween(before.data, after.data);
  const hidden = hasCredential(headersSetBy(entry)) && <p className={styles['none']}>{CREDENTIALS_NOT_SHOWN}</p>;
  if (after.data.version !== entry.version) return hidden;
  if (changes.length === 0) return hidden || <p className={styles['none']}>It has changed no setting.</p>;
  return (
    <>
      <table className={styles['changes']}>
        <thead>
          <tr>
            <th scope="col">Changed</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ title, before: was, after: is }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>
                <bdi>{visible(was)}</bdi>
              </td>
              <td>
                <bdi>{visible(is)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {hidden}
    </>
  );
}
