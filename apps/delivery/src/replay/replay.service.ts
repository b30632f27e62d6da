import { Semaphore } from '@signet/async';
import { canonicalTimeLimits } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions, RecordProducer } from '@signet/kafka';
import type { Logger, TenantDirectory } from '@signet/service-kit';
import type { Database, Transaction } from '../database/database.port.ts';
import { JobRunner } from '../jobs/job.runner.ts';
import { reasonToEnd } from '../webhook-directory/reason-to-end.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { MissedMessages } from './missed-messages.ts';
import { ReplayBundle } from './replay-bundle.ts';
import { ReplayRun } from './replay-run.ts';
import { ReplayStore } from './stored/replay.store.ts';
import type { Replay, ReplayFailure } from './replay.ts';
import { Replays } from './replays.ts';
import { RequestedReplays } from './stored/requested-replays.ts';
import { StoredMessages } from './stored-messages.ts';

export interface ReplayDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly kafka: KafkaClientOptions;
  readonly producer: Pick<RecordProducer, 'publishAll'>;
  readonly webhooks: Pick<WebhookDirectoryReader, 'directory' | 'whenComplete'>;
  readonly tenants: Pick<TenantDirectory, 'isSuspended' | 'whenComplete'>;
  readonly logger: Logger;
  /** Called each time that a reading of Kafka begins, for one replay or for many. */
  readonly onScan: () => void;
  /** @see ReplaysParts */
  readonly adding: (transaction: Transaction) => Promise<void>;
}

export interface ReplaySettings {
  /** The unique name of this replica. */
  readonly replica: string;
  readonly ratePerSecond: number;
  readonly pollMs: number;
  /** @see JobRunnerParts */
  readonly maxAtOnce: number;
  readonly maxTogether: number;
  readonly previewMs: number;
  /** How long deliveries are kept. */
  readonly retentionMs: number;
}

/** Connects the commands for replays with the parts that carry replays out. */
export class ReplayService {
  readonly replays: Replays;
  readonly runner: JobRunner<Replay>;
  /** The replays that enabling a webhook starts. */
  readonly requested: RequestedReplays;

  constructor(on: ReplayDependencies, settings: ReplaySettings) {
    const { database, clock, producer, tenants, logger } = on;
    const { directory } = on.webhooks;
    const store = new ReplayStore(database, clock, settings.replica);
    const limits = () => canonicalTimeLimits({ now: clock().getTime(), retentionMs: settings.retentionMs });
    const sources = {
      stored: new StoredMessages(database),
      missed: new MissedMessages(on.kafka, database, limits, on.onScan),
    };
    const whenReady = async (): Promise<void> => {
      await Promise.all([on.webhooks.whenComplete(), tenants.whenComplete()]);
    };
    const webhookOf = ({ webhookId: id, webhookVersion }: Replay): RoutedWebhook | ReplayFailure | 'unread' => {
      if (directory.get(id) && directory.mayHaveBegun(id, webhookVersion ?? 0)) return 'unread';
      const reason = reasonToEnd(id, directory, tenants);
      return reason === null ? (directory.get(id) ?? 'webhook_deleted') : FAILURES[reason];
    };
    const atOnce = new Semaphore(settings.maxAtOnce);
    const run = { ...sources, store, producer, webhookOf, clock, ratePerSecond: settings.ratePerSecond };
    this.runner = new JobRunner({
      name: 'a replay',
      store,
      about: ({ id: replayId, webhookId, status, requested }) => ({ replayId, webhookId, status, requested }),
      run: (replays, signal, onInterrupted) => {
        const isCounted = replays.length === 1;
        const runs = replays.map((replay) => new ReplayRun(run, replay, isCounted, signal));
        return new ReplayBundle({ missed: sources.missed, store, atOnce }, runs, signal, onInterrupted).toTheEnd();
      },
      whenReady,
      logger,
      pollMs: settings.pollMs,
      maxAtOnce: settings.maxAtOnce,
      maxTogether: settings.maxTogether,
    });
    this.requested = new RequestedReplays({
      directory,
      store,
      clock,
      whenReady,
      onAdded: () => this.runner.wake(),
      logger,
      pollMs: settings.pollMs,
    });
    this.replays = new Replays({
      ...sources,
      store,
      clock,
      whenReady,
      find: (id) => directory.get(id),
      isSuspended: (tenantId) => tenants.isSuspended(tenantId),
      adding: on.adding,
      onAdded: () => this.runner.wake(),
      previewMs: settings.previewMs,
    });
  }

  start(): void {
    this.runner.start();
    this.requested.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.requested.stop(), this.runner.stop()]);
  }
}

const FAILURES = {
  deleted: 'webhook_deleted',
  disabled: 'webhook_disabled',
  tenant_suspended: 'tenant_suspended',
} as const satisfies Record<string, ReplayFailure>;
