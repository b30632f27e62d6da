import type { Webhook, WebhookHistoryEntry } from '../../../api/model.ts';
import { changesOf, fieldsOf, formOf } from '../form/webhook-fields.ts';
import type { WebhookForm } from '../form/webhook-fields.ts';
import { headersSetBy, MASKED, SETTINGS } from '../history/shown-fields.ts';

type Setting = keyof typeof SETTINGS;
export type ConflictField = Setting | 'clientCertificate';
export type Choice = 'mine' | 'theirs';
export type Choices = Readonly<Partial<Record<ConflictField, Choice>>>;

/** A field that another user has changed since a form began, and that has another value in the form. */
export interface Conflict {
  readonly field: ConflictField;
  readonly title: string;
  readonly theirs: string;
  readonly mine: string;
  /** `mine` where the user of the form has changed the field as well. */
  readonly preferred: Choice;
}

const SETTING_NAMES = Object.keys(SETTINGS) as readonly Setting[];

/**
 * The fields to choose between. A certificate that only the other user has changed is none of them: the former one cannot be sent back,
 * since the API never returns its key.
 *
 * @param base the webhook with which the form began
 * @param theirs the webhook as it is now
 * @param mayHideCredential credentials of theirs may be new, see `setsHeadersAfter`: base and theirs do not show it
 */
export function conflictsOf(
  base: Webhook,
  theirs: Webhook,
  form: WebhookForm,
  mayHideCredential = false,
): readonly Conflict[] {
  const [before, after, own] = [fieldsOf(formOf(base)), fieldsOf(formOf(theirs)), fieldsOf(form)];
  const changedByThem = changesOf(before, after);
  const changedByMe = changesOf(before, own);
  const different = changesOf(after, own);
  const isHidden = (field: Setting): boolean =>
    field === 'headers' && mayHideCredential && !(field in changedByThem) && changesCredential(base, form);
  const isConflict = (field: Setting): boolean => (field in changedByThem && field in different) || isHidden(field);
  const settings = SETTING_NAMES.filter(isConflict).map((field): Conflict => {
    const [title, of] = SETTINGS[field];
    return {
      field,
      title,
      theirs: isHidden(field) ? `${of(after)} (changed; values of credentials are not shown)` : of(after),
      mine: of(own),
      preferred: field in changedByMe ? 'mine' : 'theirs',
    };
  });
  return [...settings, ...certificateConflict(base, theirs, form)];
}

/** The form sets or removes a header whose value the API has masked. */
export const changesCredential = (base: Webhook, form: WebhookForm): boolean => {
  const { headers } = fieldsOf(form);
  return Object.entries(base.headers).some(([name, value]) => value === MASKED && headers[name] !== MASKED);
};

/**
 * Another user has set headers after a version: the only sign of a replaced credential, since a webhook shows the former and the new one
 * alike. Also true if `newest` does not reach back to the version, so that the user is asked rather than the change lost.
 *
 * @param newest entries of the history, the latest first
 */
export const setsHeadersAfter = (version: number, newest: readonly WebhookHistoryEntry[]): boolean =>
  newest.some((entry) => entry.version > version && headersSetBy(entry) !== undefined) ||
  !newest.some((entry) => entry.version <= version + 1);

function certificateConflict(
  base: Webhook,
  theirs: Webhook,
  { clientCertificate: { does } }: WebhookForm,
): readonly Conflict[] {
  const [before, after] = [base.clientCertificate, theirs.clientCertificate];
  if (does === 'keep' || before?.fingerprint === after?.fingerprint || (does === 'remove' && after === null)) return [];
  return [
    {
      field: 'clientCertificate',
      title: 'Client certificate',
      theirs: after?.subject ?? 'None',
      mine: does === 'remove' ? 'None' : 'The one in your form',
      preferred: 'mine',
    },
  ];
}

/** The form on top of the other user's state: a field without a choice is taken from the form if it was changed there. */
export function merged(base: Webhook, theirs: Webhook, form: WebhookForm, choices: Choices): WebhookForm {
  const changedByMe = changesOf(fieldsOf(formOf(base)), fieldsOf(form));
  const isMine = (field: ConflictField): boolean =>
    (choices[field] ?? (field in changedByMe ? 'mine' : 'theirs')) === 'mine';
  const mine = SETTING_NAMES.filter(isMine).map((field) => {
    const name = field === 'requestTimeoutMs' ? 'timeoutSeconds' : field;
    return [name, form[name]] as const;
  });
  return {
    ...formOf(theirs),
    ...(Object.fromEntries(mine) as Partial<WebhookForm>),
    ...(isMine('clientCertificate') && { clientCertificate: form.clientCertificate }),
  };
}
