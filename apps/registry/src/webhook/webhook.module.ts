import { setTimeout as wait } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { EgressRules } from '@signet/egress';
import type { Samples } from '@signet/service-kit';
import { CLOCK, SAMPLES, SETTINGS } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { RegistrySettings } from '../config.ts';
import { Aggregates } from '../database/aggregates.ts';
import { sampleWebhooks } from '../metrics/webhook-samples.ts';
import { TenantModule } from '../tenant/tenant.module.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { WebhookActionsHttp } from './api/webhook-actions.http.ts';
import { WebhookHistoryHttp } from './api/webhook-history.http.ts';
import { WebhookHistory } from './read-model/webhook-history.service.ts';
import { findAffected, raiseActivity } from './read-model/webhook.activity.ts';
import { WebhookCommands } from './webhook.commands.ts';
import { WebhookConsumer } from './outcomes/webhook.consumer.ts';
import { WebhookHttp } from './api/webhook.http.ts';
import { OutcomeRecorder } from './outcomes/webhook.outcome-recorder.ts';
import { WebhookQueries } from './read-model/webhook.queries.ts';
import { Webhooks } from './webhook.service.ts';

/** The least time between two writes of outcomes; an alert is delayed by this much at most. */
const WRITE_INTERVAL_MS = 250;

const limitsOf = (settings: RegistrySettings) => ({
  failureRules: {
    disableAfter: settings.SIGNET_DISABLE_AFTER_FAILURES,
    alertOn: settings.SIGNET_ALERT_ON_FAILURES,
  },
  webhooksPerUrl: settings.SIGNET_WEBHOOKS_PER_URL,
});

@Module({
  imports: [TenantModule],
  controllers: [WebhookHttp, WebhookActionsHttp, WebhookHistoryHttp, WebhookConsumer],
  providers: [
    WebhookQueries,
    {
      provide: WebhookCommands,
      inject: [Aggregates, CLOCK, SETTINGS],
      useFactory: (aggregates: Aggregates, clock: Clock, settings: RegistrySettings) =>
        new WebhookCommands(aggregates, settings.SIGNET_SEALING_KEYS, clock, limitsOf(settings)),
    },
    {
      provide: Webhooks,
      inject: [WebhookQueries, WebhookCommands, TenantQueries, CLOCK, SETTINGS],
      useFactory: (
        queries: WebhookQueries,
        commands: WebhookCommands,
        tenants: TenantQueries,
        clock: Clock,
        settings: RegistrySettings,
      ) => {
        const egress = new EgressRules({ allow: settings.SIGNET_EGRESS_ALLOW });
        return new Webhooks(queries, commands, tenants, egress, clock, settings.SIGNET_DISABLE_AFTER_FAILURES);
      },
    },
    {
      provide: WebhookHistory,
      inject: [Aggregates, EntityManager],
      useFactory: (aggregates: Aggregates, em: EntityManager) => new WebhookHistory(aggregates.storeIn(em)),
    },
    {
      provide: OutcomeRecorder,
      inject: [EntityManager, WebhookCommands],
      useFactory: (em: EntityManager, commands: WebhookCommands) =>
        new OutcomeRecorder(
          {
            raiseActivity: (activity) => raiseActivity(em, activity),
            findAffected: (touched, failed) => findAffected(em, touched, failed),
            recordOutcomes: (byWebhook) => commands.recordOutcomes(byWebhook),
          },
          () => wait(WRITE_INTERVAL_MS),
        ),
    },
  ],
})
export class WebhookModule implements OnModuleInit {
  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(Registry) private readonly metrics: Registry,
    @Inject(SAMPLES) private readonly samples: Samples,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    sampleWebhooks(this.metrics, this.samples, this.em, this.clock);
  }
}
