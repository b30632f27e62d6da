import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { Logger, Samples } from '@signet/service-kit';
import { CLOCK, counter, gauge, LOGGER, SAMPLES } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { RegistrySettings } from '../config.ts';
import { REGISTRY_METRICS } from '../metrics/registry-metrics.ts';
import { AlertMailer } from './alert-mailer.ts';
import { AlertMails } from './alert-mails.ts';
import type { Alert } from './alert.ts';
import { Smtp } from './smtp.ts';

const CLEAN_UP_INTERVAL_MS = 60 * 60 * 1000;

/** Gets each alert from the relay before the relay publishes it. */
export abstract class AlertListener {
  /**
   * Resolves when the alerts are stored and will be mailed to the tenants that have an alert address, also after a
   * crash. The same alerts may come twice.
   */
  abstract tell(alerts: readonly Alert[]): Promise<void>;
}

/** Alerts by e-mail, where a mail server is configured. */
@Module({})
export class AlertsModule {
  static forRoot(settings: RegistrySettings): DynamicModule {
    const { SIGNET_SMTP_URL: url, SIGNET_SMTP_FROM: from } = settings;
    if (url === undefined) {
      const silent: AlertListener = { tell: () => Promise.resolve() };
      return {
        module: AlertsModule,
        providers: [{ provide: AlertListener, useValue: silent }],
        exports: [AlertListener],
      };
    }
    return {
      module: AlertsModule,
      providers: [
        { provide: Smtp, useFactory: () => new Smtp(url, from) },
        AlertMails,
        MailedAlerts,
        { provide: AlertListener, useExisting: MailedAlerts },
      ],
      exports: [AlertListener],
    };
  }
}

/** Puts alerts into the queue of mails, and sends the mails of the queue. */
class MailedAlerts implements AlertListener, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly mailer: AlertMailer;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(AlertMails) private readonly mails: AlertMails,
    @Inject(Smtp) private readonly smtp: Smtp,
    @Inject(Registry) metrics: Registry,
    @Inject(SAMPLES) samples: Samples,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const ends = counter(metrics, REGISTRY_METRICS.alertMails);
    const waiting = gauge(metrics, REGISTRY_METRICS.alertMailsWaiting);
    samples.add({
      name: 'alert-mails',
      read: () => mails.waiting(),
      show: (count) => waiting.set(count),
      hide: () => waiting.remove(),
    });
    this.mailer = new AlertMailer({ mails, smtp, clock, logger, ended: (result) => ends.inc({ result }) });
  }

  async tell(alerts: readonly Alert[]): Promise<void> {
    if ((await this.mails.add(alerts)) > 0) this.mailer.wake();
  }

  onApplicationBootstrap(): void {
    this.mailer.start();
    this.timer = setInterval(() => void this.cleanUp(), CLEAN_UP_INTERVAL_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.mailer.stop();
    this.smtp.close();
  }

  private async cleanUp(): Promise<void> {
    await this.mails
      .clean()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'old alert mails could not be removed'));
  }
}
