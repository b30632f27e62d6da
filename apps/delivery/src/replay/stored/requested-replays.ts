import type { Clock } from '@signet/contracts';
import { PollLoop } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { RoutedWebhook } from '../../webhook-directory/routed-webhook.ts';
import type { WebhookDirectory } from '../../webhook-directory/webhook-directory.ts';
import type { ReplayStore } from './replay.store.ts';
import { requestedReplayOf } from '../requested-replay.policy.ts';

export interface RequestedReplaysParts {
  readonly directory: WebhookDirectory;
  readonly store: Pick<ReplayStore, 'addOnce'>;
  readonly clock: Clock;
  /** Resolves when the directory is complete: before that, a snapshot may be an old one. */
  readonly whenReady: () => Promise<void>;
  /** Called when a new replay waits to be carried out. */
  readonly onAdded: () => void;
  readonly logger: Logger;
  /** How often a replay that could not be added is tried again, milliseconds. */
  readonly pollMs: number;
}

/**
 * Adds the replays that people request when they enable a webhook. The registry puts the request into the webhook's snapshot.
 * Every replica reads it and tries to add the replay; PostgreSQL lets only one succeed, because the replay's id is derived
 * (`missedReplayIdOf`).
 *
 * A replay waits here while another one of its webhook is running, and while PostgreSQL is away. A restart loses nothing:
 * the snapshots are read again.
 */
export class RequestedReplays {
  /** Webhooks whose replay may have to be added, by id. */
  private readonly wanted = new Map<string, RoutedWebhook>();
  /** By webhook: the replay that is known to be in PostgreSQL. Later snapshots of the webhook repeat the same replay. */
  private readonly added = new Map<string, string>();
  private readonly loop: PollLoop;
  private isStopped = false;

  constructor(private readonly parts: RequestedReplaysParts) {
    this.loop = new PollLoop(
      () => this.addAll(),
      parts.pollMs,
      (error) => parts.logger.warn({ err: error }, 'a replay that was asked for could not be added; it is tried again'),
    );
    parts.directory.onChange((change) => {
      if (change.kind === 'changed') this.consider(change.webhook);
      else this.forget(change.webhookId);
    });
  }

  start(): void {
    void this.parts.whenReady().then(() => {
      if (!this.isStopped) this.loop.start();
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.loop.stop();
  }

  private consider(webhook: RoutedWebhook): void {
    const replay = requestedReplayOf(webhook, this.parts.clock());
    if (!replay || this.added.get(webhook.id) === replay.id) return;
    this.wanted.set(webhook.id, webhook);
    this.loop.wake();
  }

  private forget(webhookId: string): void {
    this.wanted.delete(webhookId);
    this.added.delete(webhookId);
  }

  /**
   * Adds the wanted replays. Resolves to false because no further round is needed at once: a replay that could not be added
   * waits for the next round.
   */
  private async addAll(): Promise<boolean> {
    for (const webhook of this.wanted.values()) {
      const replay = requestedReplayOf(webhook, this.parts.clock());
      const result = replay ? await this.parts.store.addOnce(replay) : 'known';
      if (result === 'busy') continue;
      if (result === 'added') {
        this.parts.logger.info({ replayId: replay?.id, webhookId: webhook.id }, 'a replay was asked for by enabling');
        this.parts.onAdded();
      }
      if (replay) this.added.set(webhook.id, replay.id);
      // A newer snapshot may have come while the statement ran.
      if (this.wanted.get(webhook.id) === webhook) this.wanted.delete(webhook.id);
    }
    return false;
  }
}
