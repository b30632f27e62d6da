import { backoffMs } from '@signet/async';
import type { Clock } from '@signet/contracts';
import { PollLoop } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { mailTextOf } from './alert-mail.text.ts';
import { NEWS_FOR_MS } from './alert-mails.ts';
import type { AlertMails, LeasedMail, MailResult } from './alert-mails.ts';
import type { Smtp } from './smtp.ts';
import { MailRefused } from './smtp.ts';

export interface AlertMailerParts {
  readonly mails: AlertMails;
  readonly smtp: Pick<Smtp, 'send'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ended: (result: MailResult) => void;
}

const MINUTE_MS = 60_000;
const AT_ONCE = 4;
/** Longer than sending one mail can take. If a sender crashes, its mails are sent by another one when the lease ends. */
const LEASE_MS = 5 * MINUTE_MS;
/** The time until the next try after attempts that failed: a minute at first, an hour at most. */
const BACKOFF = { firstMs: MINUTE_MS, longestMs: 60 * MINUTE_MS };
const POLL_MS = 1_000;

/**
 * Sends the alerts that wait, as mails. Delivery is at least once: a mail that a server took just before a crash is
 * sent again with the same Message-ID. If a server cannot take a mail, the mailer tries again with backoff until the
 * alert is a day old. A tenant's address that does not work delays no other mail.
 */
export class AlertMailer {
  private readonly loop: PollLoop;

  constructor(private readonly parts: AlertMailerParts) {
    this.loop = new PollLoop(
      async () => (await this.sendDue()) === AT_ONCE,
      POLL_MS,
      (error) => parts.logger.warn({ err: error }, 'the alerts that wait for being mailed cannot be read'),
    );
  }

  start(): void {
    this.loop.start();
  }

  /** Waits for the mails that are being sent. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** To be called when a mail has been added: the mailer looks at the queue at once. */
  wake(): void {
    this.loop.wake();
  }

  /** Sends the mails that are due. Resolves to the number of mails that it tried. */
  async sendDue(): Promise<number> {
    const { mails, clock } = this.parts;
    const leased = await mails.lease(new Date(clock().getTime() + LEASE_MS), AT_ONCE);
    await Promise.all(leased.map((mail) => this.sendOne(mail)));
    return leased.length;
  }

  private async sendOne({ alert, to, attempts }: LeasedMail): Promise<void> {
    const { smtp, logger } = this.parts;
    if (to === null) return this.end(alert.id, 'unwanted');
    try {
      await smtp.send({ id: alert.id, to, at: new Date(alert.at), ...mailTextOf(alert) });
    } catch (error) {
      const about = { alertId: alert.id, tenantId: alert.tenantId, err: error };
      if (error instanceof MailRefused) {
        logger.warn(about, 'the mail server refuses an alert for good');
        return this.end(alert.id, 'refused');
      }
      return this.later(alert.id, Date.parse(alert.at), attempts, about);
    }
    return this.end(alert.id, 'sent');
  }

  private async later(alertId: string, alertedAt: number, attempts: number, about: object): Promise<void> {
    const { mails, clock, logger } = this.parts;
    const next = new Date(clock().getTime() + backoffMs(attempts, BACKOFF));
    if (next.getTime() > alertedAt + NEWS_FOR_MS) {
      logger.error(about, 'an alert could not be mailed while it was news');
      return this.end(alertId, 'expired');
    }
    logger.warn({ ...about, next }, 'an alert could not be mailed; it is tried again');
    await mails.tryAgainAt(alertId, next);
  }

  private async end(alertId: string, result: MailResult): Promise<void> {
    await this.parts.mails.end(alertId, result);
    this.parts.ended(result);
  }
}
