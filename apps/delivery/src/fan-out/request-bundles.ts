import { bundleRecord } from '@signet/contracts';
import type { MessageWithBody, RequestRecord } from '@signet/contracts';

/** Messages in one record, at most. */
const MAX_MESSAGES = 64;
/** From so many bytes of bodies on a record is full: the last one may have 256 KiB more, and Kafka takes 1 MiB. */
const FULL_BYTES = 131_072;

interface Recipient {
  readonly id: string;
  readonly tenantId: string;
}

interface Bundle {
  readonly webhook: Recipient;
  readonly messages: MessageWithBody[];
  bytes: number;
}

/** Messages for many webhooks as records, those for one webhook together and in their order. */
export class RequestBundles {
  private readonly closed: RequestRecord[] = [];
  /** By webhook. */
  private readonly open = new Map<string, Bundle>();
  /** Of requests. */
  count = 0;

  add(webhook: Recipient, message: MessageWithBody): void {
    this.count += 1;
    let bundle = this.open.get(webhook.id);
    if (!bundle) this.open.set(webhook.id, (bundle = { webhook, messages: [], bytes: 0 }));
    bundle.messages.push(message);
    bundle.bytes += message.body.length;
    if (bundle.messages.length >= MAX_MESSAGES || bundle.bytes >= FULL_BYTES) this.close(webhook.id);
  }

  /** One that must have its record for itself. */
  addAlone(record: RequestRecord): void {
    this.count += 1;
    this.close(record.key);
    this.closed.push(record);
  }

  records(): readonly RequestRecord[] {
    for (const webhookId of this.open.keys()) this.close(webhookId);
    return this.closed;
  }

  private close(webhookId: string): void {
    const bundle = this.open.get(webhookId);
    if (!bundle) return;
    this.open.delete(webhookId);
    this.closed.push(bundleRecord(bundle.webhook, bundle.messages));
  }
}
