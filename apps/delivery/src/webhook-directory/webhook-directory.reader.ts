import { installationOfKey, REGISTRY_WEBHOOKS, webhookSnapshot } from '@signet/contracts';
import { CompactedTopic } from '@signet/kafka';
import type { KafkaClientOptions, Logger } from '@signet/kafka';
import { reasonNotToOpen } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import { WebhookDirectory } from './webhook-directory.ts';

/** Keeps the directory: reads registry.webhooks.v1 from its beginning, for ever. */
export class WebhookDirectoryReader {
  readonly directory = new WebhookDirectory();
  private readonly unreadable = new Map<string, string>();
  private readonly topic: CompactedTopic;
  private markComplete!: () => void;
  private readonly complete = new Promise<void>((resolve) => (this.markComplete = resolve));

  constructor(
    client: KafkaClientOptions,
    private readonly sealing: SealingKeys,
    private readonly log: Logger,
  ) {
    this.topic = new CompactedTopic({
      client,
      topic: REGISTRY_WEBHOOKS,
      logger: log,
      onRecord: (key, value) => this.read(key, value),
    });
  }

  /** Begins to read. Resolves when everything that lay there has been read. */
  async start(): Promise<void> {
    await this.topic.start();
    this.log.info({ webhooks: this.directory.size }, 'the webhook directory is complete');
    this.markComplete();
  }

  /** Resolves when everything that lay on the topic at the start has been read: routing before that would pass over webhooks. */
  whenComplete(): Promise<void> {
    return this.complete;
  }

  isReady(): boolean {
    return this.topic.isReady();
  }

  close(): Promise<void> {
    return this.topic.close();
  }

  /** Webhooks whose record is no webhook, or has something sealed that our keys do not open: nothing is delivered to them. */
  get unreadableCount(): number {
    return this.unreadable.size;
  }

  private read(webhookId: string, value: Buffer | null): void {
    if (installationOfKey(webhookId) !== undefined) return;
    if (value === null) {
      this.directory.remove(webhookId);
      this.unreadable.delete(webhookId);
      return;
    }
    const snapshot = webhookSnapshot.safeParse(parsed(value));
    if (snapshot.success) this.directory.put(snapshot.data);
    this.judge(webhookId, snapshot.success ? reasonNotToOpen(snapshot.data, this.sealing) : snapshot.error.message);
  }

  private judge(webhookId: string, reason: string | undefined): void {
    if (reason === undefined) {
      this.unreadable.delete(webhookId);
      return;
    }
    this.unreadable.set(webhookId, reason);
    const remedy =
      'nothing is delivered to it; apps/registry/dist/unreadable-webhooks.js lists and removes such webhooks';
    this.log.warn({ webhookId, reason }, `a webhook on Kafka cannot be read: ${remedy}`);
  }
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
