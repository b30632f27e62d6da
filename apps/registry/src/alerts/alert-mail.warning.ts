/**
 * The sentence that warns of an alert e-mail to which no mail is sent; null where there is nothing to warn of.
 *
 * @param hasMailServer whether the operator has set SIGNET_SMTP_URL
 */
export const alertEmailWarning = (alertEmail: string | null, hasMailServer: boolean): string | null =>
  alertEmail === null || hasMailServer ? null : NO_MAIL_SERVER;

const NO_MAIL_SERVER =
  'No mail is sent to this address: this installation has no mail server. Its operator sets SIGNET_SMTP_URL and SIGNET_SMTP_FROM.';
