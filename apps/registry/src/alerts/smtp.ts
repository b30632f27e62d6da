import { createTransport } from 'nodemailer';

export interface Mail {
  /** Id of the alert. The Message-ID is made of it, so that a mail that is sent twice can be recognised. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

/** The longest wait for a mail server, for each step. Milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };

/** The mail server refuses this mail to this recipient permanently. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/**
 * Hands mails to the server at `url` (smtp:// with STARTTLS where the server offers it, smtps:// with TLS from the
 * start). Each mail opens a new connection: alerts are rare.
 */
export class Smtp {
  private readonly transport: ReturnType<typeof createTransport>;

  constructor(
    url: string,
    private readonly from: string,
  ) {
    // Text only: no data of a tenant can make nodemailer read a file or fetch a URL.
    this.transport = createTransport({ url, ...TIMEOUTS, disableFileAccess: true, disableUrlAccess: true });
  }

  /**
   * Resolves when the server has taken the mail.
   *
   * @throws MailRefused where another try cannot succeed; any other error where it may
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

/**
 * A wrong password or sender is answered with 5xx too, but an operator can correct it. So only a refusal of the
 * recipient or of the mail itself counts.
 */
function isRefusal(error: unknown): boolean {
  const { responseCode, command } = (error ?? {}) as { responseCode?: number; command?: string };
  return responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
