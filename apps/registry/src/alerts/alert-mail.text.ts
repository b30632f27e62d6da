import type { Alert } from './alert.ts';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** A tenant may use any characters in a webhook's name; in a mail the name is put on one line. */
const oneLine = (value: unknown): string =>
  String(value)
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .trim();

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The mail that tells people of an alert: which webhook, what happened, and what to do now. Plain text. */
export function mailTextOf(alert: Alert): MailText {
  const { name, url, consecutiveFailures } = alert.data;
  const webhook = `"${oneLine(name)}"`;
  const told = storyOf(alert, webhook, times(consecutiveFailures, 'failure'));
  const facts = [
    `Webhook:    ${oneLine(name)}`,
    `Id:         ${alert.webhookId}`,
    `URL:        ${oneLine(url)}`,
    `Tenant:     ${alert.tenantId}`,
    ...(alert.type === 'webhook.recovered' ? [] : [`Failures:   ${consecutiveFailures} in a row`]),
    ...lastFailureLines(alert),
    `Time:       ${alert.at}`,
  ];
  const text = [told.happened, facts.join('\n'), `What to do: ${told.todo}`].join('\n\n');
  return { subject: told.subject, text: `${text}\n` };
}

function storyOf(alert: Alert, webhook: string, failures: string) {
  switch (alert.type) {
    case 'webhook.failing':
      return {
        subject: `Webhook ${webhook} is failing: ${failures} in a row`,
        happened: `Deliveries to your webhook ${webhook} keep failing. Signet goes on trying; a webhook that fails too often in a row is disabled.`,
        todo: `Look at what the receiver answers: GET /v1/deliveries?webhookId=${alert.webhookId} lists the deliveries, GET /v1/deliveries/{id}/attempts shows each request and response. Any answer from 200 to 299 counts as received.`,
      };
    case 'webhook.disabled':
      return {
        subject: `Webhook ${webhook} was disabled`,
        happened: `Signet disabled your webhook ${webhook}: ${oneLine(alert.data['detail'] ?? 'its deliveries failed.')} Nothing is delivered to it until a user enables it.`,
        todo: `Mend the receiver, then POST /v1/webhooks/${alert.webhookId}/enable. What it missed can be delivered afterwards: POST /v1/replays.`,
      };
    case 'webhook.recovered':
      return {
        subject: `Webhook ${webhook} has recovered`,
        happened: `A delivery to your webhook ${webhook} succeeded, the first one since Signet alerted you.`,
        todo: 'Nothing. Deliveries that failed for good meanwhile can be replayed: POST /v1/replays.',
      };
  }
}

function lastFailureLines({ data }: Alert): string[] {
  const failure = data['lastFailure'] as { statusCode: number | null; errorClass: string | null } | null | undefined;
  if (!failure) return [];
  const { statusCode, errorClass } = failure;
  const answered = statusCode === null ? 'no answer' : `status ${statusCode}`;
  return [`Last:       ${answered}${errorClass === null ? '' : ` (${errorClass})`}`];
}
