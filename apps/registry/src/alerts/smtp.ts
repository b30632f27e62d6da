import { createTransport } from 'nodemailer';
import type { Mail } from './alert-mailer.ts';

/** Nobody waits for a mail server longer than this, step by step. Milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };

/** The mail server will not take this mail to this recipient, now or later. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/**
 * Hands mails to the server at `url` (smtp:// with STARTTLS where the server offers it, smtps:// with TLS from the start).
 * A connection for each mail: alerts are rare.
 */
export class Smtp {
  private readonly transport: ReturnType<typeof createTransport>;

  constructor(
    url: string,
    private readonly from: string,
  ) {
    // Text only: nothing of a tenant's can make it read a file or fetch a URL.
    this.transport = createTransport({ url, ...TIMEOUTS, disableFileAccess: true, disableUrlAccess: true });
  }

  /**
   * Resolves when the server has taken the mail.
   *
   * @throws MailRefused where trying again is of no use; any other error where it is
   */
  async send({ id, to, subject, text, at }: Mail): Promise<void> {
    try {
      await this.transport.sendMail({
        from: this.from,
        to: { name: '', address: to },
        subject,
        text,
        date: at,
        messageId: `<${id}@${domainOf(this.from)}>`,
        // RFC 3834: no out-of-office replies to a machine.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw isRefusal(error) ? new MailRefused(sentenceOf(error), { cause: error }) : error;
    }
  }

  close(): void {
    this.transport.close();
  }
}

const domainOf = (from: string): string => from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/s, '') || 'localhost';

/** A wrong password or sender is 5xx too, but an operator mends it: only the recipient's or the mail's own count. */
function isRefusal(error: unknown): boolean {
  const { responseCode, command } = (error ?? {}) as { responseCode?: number; command?: string };
  return responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
