import type { WebhookFields, WebhookHistoryEntry, WebhookState } from '../../../api/model.ts';
import { exactTime } from '../../../format/time.ts';

const orNone = (value: unknown): string => (value === null || value === '' ? 'None' : String(value));

/** The settings of a webhook by the field of the API, each with its title and its value for people: exact, so that two values differ as texts. */
export const SETTINGS = {
  name: ['Name', ({ name }) => name],
  url: ['URL', ({ url }) => url],
  description: ['Description', ({ description }) => orNone(description)],
  events: ['Events', ({ events }) => events.toSorted().join(', ')],
  headers: [
    'Headers',
    ({ headers }) =>
      orNone(
        Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('; '),
      ),
  ],
  maxAttempts: ['Attempts at most', ({ maxAttempts }) => (maxAttempts === null ? 'Default' : String(maxAttempts))],
  requestTimeoutMs: ['Time-out', ({ requestTimeoutMs: ms }) => (ms === null ? 'Default' : `${ms / 1_000} s`)],
  rateLimitPerSecond: [
    'Rate limit',
    ({ rateLimitPerSecond: rate }) => (rate === null ? 'No limit' : `${rate} a second`),
  ],
  ordering: ['Order', ({ ordering }) => (ordering === 'subject' ? 'In order, per object' : 'As fast as possible')],
  legacySignatureHeader: ['Legacy signature', ({ legacySignatureHeader }) => orNone(legacySignatureHeader)],
} as const satisfies Record<
  Exclude<keyof WebhookFields, 'clientCertificate'>,
  readonly [title: string, of: (settings: Omit<WebhookFields, 'clientCertificate'>) => string]
>;

/** A renewed certificate keeps its subject: the beginning of the fingerprint tells it from the former one. */
const certificateText = (certificate: WebhookState['clientCertificate']): string =>
  certificate === null
    ? 'None'
    : `${certificate.subject}, until ${exactTime(new Date(certificate.expiresAt))}, fingerprint ${certificate.fingerprint.slice(0, 23)}…`;

type Shown = readonly (readonly [title: string, of: (webhook: WebhookState) => string])[];

/** All that is shown of a webhook at a time: its state, and its settings. */
export const SHOWN: Shown = [
  ['State', ({ isActive }) => (isActive ? 'Active' : 'Disabled')],
  ['Failures in a row', ({ consecutiveFailures }) => String(consecutiveFailures)],
  ...Object.values(SETTINGS),
  ['Client certificate', ({ clientCertificate }) => certificateText(clientCertificate)],
];

/** The API shows this in place of a credential. */
export const MASKED = '***';

/** The headers that an entry of the history has set, credentials masked; undefined where it has not changed the headers. */
export const headersSetBy = ({ type, data }: WebhookHistoryEntry): WebhookState['headers'] | undefined =>
  type === 'WebhookUpdated' ? (data['changes'] as Partial<WebhookState> | undefined)?.headers : undefined;

/** Said where a credential may have been replaced. */
export const CREDENTIALS_NOT_SHOWN = 'Values of credentials are not shown.';

/** The API masks a value among these headers, so that a replaced one looks like the former. */
export const hasCredential = (headers: WebhookState['headers'] | undefined): boolean =>
  Object.values(headers ?? {}).includes(MASKED);

export interface Change {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

/** What is different between two states of a webhook, for people. */
export const changesBetween = (before: WebhookState, after: WebhookState): readonly Change[] =>
  SHOWN.map(([title, of]) => ({ title, before: of(before), after: of(after) })).filter(
    (change) => change.before !== change.after,
  );
