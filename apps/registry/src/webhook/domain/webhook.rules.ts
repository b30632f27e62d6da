import { isCredentialHeader, MASKED } from '@signet/contracts';
import type { EgressRules } from '@signet/egress';
import { checkClientCertificate, checkHeader, checkUrl } from '@signet/egress';
import type { FieldError } from '@signet/service-kit';
import { parseSecret, SecretFormatError } from '@signet/signature';

export const MAX_HEADERS = 20;

/** The fields of a request that only the rules of this installation can judge; shapes and sizes are checked before. */
export interface Judged {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly secret?: string | undefined;
  readonly legacySignatureHeader?: string | null | undefined;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | null | undefined;
}

/** The settings and data that the rules need. */
export interface Rules {
  readonly egress: EgressRules;
  readonly eventTypes: readonly string[];
  readonly now: Date;
}

/** All errors, so that a caller can correct all of them at once. No detail repeats a header's value or a secret. */
export const fieldErrors = (
  { url, events, headers, secret, legacySignatureHeader, clientCertificate }: Judged,
  rules: Rules,
): FieldError[] => [
  ...(url === undefined ? [] : urlErrors(url, rules.egress)),
  ...(events === undefined ? [] : eventErrors(events, rules.eventTypes)),
  ...(headers === undefined ? [] : headerErrors(headers)),
  ...(secret === undefined ? [] : secretErrors(secret)),
  ...(legacySignatureHeader == null ? [] : legacyErrors(legacySignatureHeader)),
  ...(clientCertificate == null ? [] : certificateErrors(clientCertificate, rules.now)),
];

function urlErrors(url: string, egress: EgressRules): FieldError[] {
  const checked = checkUrl(url, egress);
  return checked.ok ? [] : [{ field: 'url', rule: checked.rule, detail: checked.detail }];
}

/** An event type must be in the catalogue; the detail lists the known ones. */
export function eventTypeErrors(field: string, eventType: string, eventTypes: readonly string[]): FieldError[] {
  if (eventTypes.includes(eventType)) return [];
  const detail = `There is no event type "${eventType}"; there are ${eventTypes.join(', ')}.`;
  return [{ field, rule: 'unknown_event_type', detail }];
}

function eventErrors(events: readonly string[], eventTypes: readonly string[]): FieldError[] {
  return events.flatMap((eventType, index) => {
    const field = `events.${index}`;
    if (events.indexOf(eventType) === index) return eventTypeErrors(field, eventType, eventTypes);
    return [{ field, rule: 'repeated_event', detail: `The event type "${eventType}" is named twice.` }];
  });
}

function headerErrors(headers: Readonly<Record<string, string>>): FieldError[] {
  const names = Object.keys(headers);
  if (names.length > MAX_HEADERS) {
    return [{ field: 'headers', rule: 'too_many', detail: `There are at most ${MAX_HEADERS} headers.` }];
  }
  const lower = names.map((name) => name.toLowerCase());
  return names.flatMap((name, index) => {
    const field = `headers.${name}`;
    if (lower.indexOf(name.toLowerCase()) < index) {
      return [{ field, rule: 'repeated', detail: 'A header is named once; upper and lower case are the same.' }];
    }
    const checked = checkHeader(name, headers[name] ?? '');
    return checked.ok ? [] : [{ field, rule: checked.rule, detail: checked.detail }];
  });
}

/** A new webhook has no credential yet that could stay as it is. */
export const keptHeaderErrors = (headers: Readonly<Record<string, string>> = {}): FieldError[] =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === MASKED && isCredentialHeader(name, value) ? [nothingToKeep(name)] : [],
  );

export const nothingToKeep = (name: string): FieldError => ({
  field: `headers.${name}`,
  rule: 'nothing_to_keep',
  detail: `The header "${name}" is to stay as it is, but there is none.`,
});

function secretErrors(secret: string): FieldError[] {
  try {
    parseSecret(secret);
    return [];
  } catch (error) {
    if (!(error instanceof SecretFormatError)) throw error;
    return [{ field: 'secret', rule: error.rule, detail: error.message }];
  }
}

/** The header must follow the rules of a tenant's own headers. The decider checks that it is not also one of them. */
function legacyErrors(name: string): FieldError[] {
  const field = 'legacySignatureHeader';
  if (name.toLowerCase() === 'user-agent') {
    return [{ field, rule: 'reserved', detail: 'The header "user-agent" says who sends.' }];
  }
  const checked = checkHeader(name, '');
  return checked.ok ? [] : [{ field, rule: checked.rule, detail: checked.detail }];
}

function certificateErrors(given: NonNullable<Judged['clientCertificate']>, now: Date): FieldError[] {
  const checked = checkClientCertificate(given, now);
  return checked.ok ? [] : [{ field: `clientCertificate.${checked.part}`, rule: checked.rule, detail: checked.detail }];
}
