import { installationOfKey, REGISTRY_WEBHOOKS, webhookSnapshot } from '@signet/contracts';
import { CompactedTopic } from '@signet/kafka';
import type { KafkaClientOptions, Logger } from '@signet/kafka';
import { WebhookDirectory } from './webhook-directory.ts';

/** Keeps the directory: reads registry.webhooks.v1 from its beginning, for ever. */
export class WebhookDirectoryReader {
  readonly directory = new WebhookDirectory();
  private readonly topic: CompactedTopic;
  private markComplete!: () => void;
  private readonly complete = new Promise<void>((resolve) => (this.markComplete = resolve));

  constructor(
    client: KafkaClientOptions,
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

  private read(webhookId: string, value: Buffer | null): void {
    if (installationOfKey(webhookId) !== undefined) return;
    if (value === null) {
      this.directory.remove(webhookId);
      return;
    }
    const snapshot = webhookSnapshot.safeParse(parsed(value));
    if (snapshot.success) this.directory.put(snapshot.data);
    else
      this.log.warn(
        { webhookId, problem: snapshot.error.message },
        'a webhook snapshot cannot be read; it is passed over',
      );
  }
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
