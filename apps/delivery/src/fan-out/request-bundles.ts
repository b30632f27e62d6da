import { bundleRecord, MAX_BUNDLED, WIRE_FORMATS } from '@signet/contracts';
import type { MessageWithBody, RequestRecord } from '@signet/contracts';

/** From so many bytes on a record is full: the last message may have 256 KiB more, and Kafka takes 1 MiB. */
const FULL_BYTES = 131_072;

interface Recipient {
  readonly id: string;
  readonly tenantId: string;
  readonly version?: number;
}

interface Bundle {
  readonly webhook: Recipient;
  readonly messages: MessageWithBody[];
  bytes: number;
}

/** Messages for many webhooks as records, those for one webhook together and in their order. */
export class RequestBundles {
  private closed: RequestRecord[] = [];
  /** By webhook. */
  private readonly open = new Map<string, Bundle>();
  /** Of all requests so far. */
  count = 0;
  /** Of those that have not been taken. */
  bytes = 0;

  /** @param format of WIRE_FORMATS['request-bundles'] */
  constructor(private readonly format: number = WIRE_FORMATS['request-bundles'].writes) {}

  add(webhook: Recipient, message: MessageWithBody): void {
    this.count += 1;
    let bundle = this.open.get(webhook.id);
    if (!bundle) this.open.set(webhook.id, (bundle = { webhook, messages: [], bytes: 0 }));
    bundle.messages.push(message);
    const bytes = message.body.length + message.json.length;
    bundle.bytes += bytes;
    this.bytes += bytes;
    if (bundle.messages.length >= MAX_BUNDLED || bundle.bytes >= FULL_BYTES) this.close(webhook.id);
  }

  /** One that must have its record for itself. */
  addAlone(record: RequestRecord): void {
    this.count += 1;
    this.bytes += record.value.length;
    this.close(record.key);
    this.closed.push(record);
  }

  /** All records so far, once. */
  take(): readonly RequestRecord[] {
    for (const webhookId of this.open.keys()) this.close(webhookId);
    const records = this.closed;
    this.closed = [];
    this.bytes = 0;
    return records;
  }

  private close(webhookId: string): void {
    const bundle = this.open.get(webhookId);
    if (!bundle) return;
    this.open.delete(webhookId);
    this.closed.push(bundleRecord(bundle.webhook, bundle.messages, this.format));
  }
}
