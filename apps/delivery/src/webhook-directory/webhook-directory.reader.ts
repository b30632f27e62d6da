import type { Clock } from '@signet/contracts';
import { readWebhookSnapshot, REGISTRY_WEBHOOKS } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import { reasonNotToOpen, TableReader } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import { WebhookDirectory } from './webhook-directory.ts';

export interface WebhookDirectoryReaderOptions {
  readonly client: KafkaClientOptions;
  readonly installation: string;
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps the directory up to date: reads the webhooks' topic from its beginning, and goes on reading. */
export class WebhookDirectoryReader {
  readonly directory = new WebhookDirectory();
  /** Is called for each record that cannot be read. */
  onUnreadable: () => void = () => undefined;
  private readonly unreadable = new Map<string, string>();
  private readonly table: TableReader;

  constructor(private readonly options: WebhookDirectoryReaderOptions) {
    const { sealing: _, ...common } = options;
    this.table = new TableReader({
      ...common,
      topic: REGISTRY_WEBHOOKS,
      apply: (key, value, supersedes) => this.read(key, value, supersedes),
      onUnreadable: () => this.onUnreadable(),
    });
  }

  /** Begins to read. */
  start(): void {
    this.table.start();
  }

  /** Resolves when a whole generation of the table has been read: routing before that would miss webhooks. */
  whenComplete(): Promise<void> {
    return this.table.whenComplete();
  }

  isReady(): boolean {
    return this.table.isReady();
  }

  heartbeatAgeMs(): number | undefined {
    return this.table.heartbeatAgeMs();
  }

  close(): Promise<void> {
    return this.table.close();
  }

  /** Number of webhooks whose record cannot be read, or has a sealed value that our keys do not open: they get no deliveries. */
  get unreadableCount(): number {
    return this.unreadable.size;
  }

  private read(webhookId: string, value: Buffer | null, supersedes: boolean): void {
    if (value === null) {
      this.directory.remove(webhookId);
      this.unreadable.delete(webhookId);
      return;
    }
    const snapshot = readWebhookSnapshot(parsed(value));
    if (snapshot.success) this.directory.put(snapshot.data, supersedes);
    else this.onUnreadable();
    const { sealing } = this.options;
    this.judge(webhookId, snapshot.success ? reasonNotToOpen(snapshot.data, sealing) : snapshot.error.message);
  }

  private judge(webhookId: string, reason: string | undefined): void {
    if (reason === undefined) {
      this.unreadable.delete(webhookId);
      return;
    }
    this.unreadable.set(webhookId, reason);
    const remedy = 'nothing is delivered to it; signet-admin unreadable-webhooks lists and removes such webhooks';
    this.options.logger.warn({ webhookId, reason }, `a webhook on Kafka cannot be read: ${remedy}`);
  }
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
