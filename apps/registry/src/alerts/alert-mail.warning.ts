/**
 * A warning for an alert address to which no mails are sent; null if there is no such problem.
 *
 * @param hasMailServer whether the operator has set SIGNET_SMTP_URL
 */
export const alertEmailWarning = (alertEmail: string | null, hasMailServer: boolean): string | null =>
  alertEmail === null || hasMailServer ? null : NO_MAIL_SERVER;

const NO_MAIL_SERVER =
  'No mail is sent to this address: this installation has no mail server. Its operator sets SIGNET_SMTP_URL and SIGNET_SMTP_FROM.';
