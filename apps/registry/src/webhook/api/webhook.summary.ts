import type { WebhookDetails } from '../read-model/webhook.queries.ts';

/** A client certificate that expires within this time is mentioned in the summary. */
const NOTICE_MS = 14 * 24 * 60 * 60 * 1000;

type Summed = Pick<
  WebhookDetails,
  | 'isActive'
  | 'disabledReason'
  | 'disabledDetail'
  | 'disabledAt'
  | 'consecutiveFailures'
  | 'alertedAt'
  | 'lastSuccessAt'
  | 'lastFailureAt'
  | 'clientCertificate'
>;

/**
 * The state of a webhook, in a sentence or two for people.
 *
 * @param disableAfter failures in a row at which it is disabled
 */
export function summaryOf(webhook: Summed, disableAfter: number, now: Date): string {
  return [stateOf(webhook, disableAfter), certificateNotice(webhook, now)].filter((text) => text !== '').join(' ');
}

function stateOf(webhook: Summed, disableAfter: number): string {
  const { isActive, consecutiveFailures: failures, alertedAt, lastSuccessAt } = webhook;
  if (!isActive) return disabled(webhook);
  if (failures > 0) {
    const row = `${failures} ${failures === 1 ? 'failure' : 'failures'} in a row${since(', the last at', webhook.lastFailureAt)}`;
    return `Failing: ${row}; at ${disableAfter} it is disabled.`;
  }
  if (alertedAt !== null) return `Enabled, and nothing has arrived since the alert of ${alertedAt.toISOString()}.`;
  return lastSuccessAt === null
    ? 'Active; nothing has been delivered yet.'
    : `Active; the last delivery arrived at ${lastSuccessAt.toISOString()}.`;
}

function disabled({ disabledReason, disabledDetail, disabledAt }: Summed): string {
  const why = disabledReason === 'manual' ? 'Disabled by hand' : 'Disabled by Signet';
  const text = `${why}${since(' since', disabledAt)}`;
  return disabledDetail ? `${text}: ${asSentence(disabledDetail)}` : `${text}.`;
}

function certificateNotice({ clientCertificate }: Summed, now: Date): string {
  if (clientCertificate === null) return '';
  const left = Date.parse(clientCertificate.expiresAt) - now.getTime();
  if (left > NOTICE_MS) return '';
  return `Its client certificate ${left > 0 ? 'expires' : 'expired'} at ${clientCertificate.expiresAt}.`;
}

const since = (words: string, time: Date | null): string => (time === null ? '' : `${words} ${time.toISOString()}`);
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
