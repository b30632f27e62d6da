import { bundleRecord, MAX_BUNDLED, WIRE_FORMATS } from '@signet/contracts';
import type { MessageWithBody, RequestRecord } from '@signet/contracts';

/** A record with this many bytes is full. The last message may add 256 KiB, and Kafka takes 1 MiB. */
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

/** Packs messages for many webhooks into records. The messages for one webhook are together, in their order. */
export class RequestBundles {
  private closed: RequestRecord[] = [];
  /** Bundles that are not full, by webhook. */
  private readonly open = new Map<string, Bundle>();
  /** Number of all requests so far. */
  count = 0;
  /** Bytes of the records that have not been taken. */
  bytes = 0;
  /** Number of the requests that have not been taken. */
  waiting = 0;

  /** @param format of WIRE_FORMATS['request-bundles'] */
  constructor(private readonly format: number = WIRE_FORMATS['request-bundles'].writes) {}

  add(webhook: Recipient, message: MessageWithBody): void {
    this.count += 1;
    this.waiting += 1;
    let bundle = this.open.get(webhook.id);
    if (!bundle) this.open.set(webhook.id, (bundle = { webhook, messages: [], bytes: 0 }));
    bundle.messages.push(message);
    const bytes = message.body.length + message.json.length;
    bundle.bytes += bytes;
    this.bytes += bytes;
    if (bundle.messages.length >= MAX_BUNDLED || bundle.bytes >= FULL_BYTES) this.close(webhook.id);
  }

  /** Adds a request that must be alone in its record. */
  addAlone(record: RequestRecord): void {
    this.count += 1;
    this.waiting += 1;
    this.bytes += record.value.length;
    this.close(record.key);
    this.closed.push(record);
  }

  /** Returns all records that have not been taken yet. */
  take(): readonly RequestRecord[] {
    for (const webhookId of this.open.keys()) this.close(webhookId);
    const records = this.closed;
    this.closed = [];
    this.bytes = 0;
    this.waiting = 0;
    return records;
  }

  private close(webhookId: string): void {
    const bundle = this.open.get(webhookId);
    if (!bundle) return;
    this.open.delete(webhookId);
    this.closed.push(bundleRecord(bundle.webhook, bundle.messages, this.format));
  }
}
