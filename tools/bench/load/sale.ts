import { randomUUID } from 'node:crypto';
import { eventIdOf } from '@signet/contracts';
import { nowMicros } from '../clock.ts';

export const EVENT_TYPE = 'sale.created';
export const SOURCE_TOPIC = 'shop.sale';
const SOURCE = '/signet/bench';
/** With the envelope around it, a body is of about 500 bytes. */
const DATA_BYTES = 430;

/** A message that is about to be sent, as a CloudEvent. */
export interface Sale {
  readonly id: string;
  /** The object that it is about. A webhook with `ordering: subject` gets the messages of one subject in their order. */
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Makes sales out of the catalogue's own example, so that they keep to its schema. */
export class SaleMaker {
  readonly #example: Readonly<Record<string, unknown>>;
  readonly #isOpen: boolean;

  /** `isOpen`: whether the schema lets fields through that it does not name. */
  constructor(example: Readonly<Record<string, unknown>>, isOpen: boolean, bytes = DATA_BYTES) {
    this.#isOpen = isOpen;
    const filler = bytes - JSON.stringify({ ...example, note: '', sentAt: nowMicros() }).length;
    this.#example = isOpen && filler > 0 ? { ...example, note: 'x'.repeat(filler) } : example;
  }

  /** The same sales with so many bytes of data, where the schema is open and the example is smaller. */
  ofBytes(bytes: number): SaleMaker {
    const { note: _, ...example } = this.#example;
    return new SaleMaker(example, this.#isOpen, bytes);
  }

  /** Bytes of the data of one message. */
  get bytes(): number {
    return JSON.stringify(this.make().data).length;
  }

  /** @param subject undefined: one of its own, so that the messages spread over the partitions */
  make(subject?: string): Sale {
    const id = randomUUID();
    const data = this.#isOpen ? { ...this.#example, sentAt: nowMicros() } : this.#example;
    return { id, subject: subject ?? id, time: new Date().toISOString(), data };
  }
}

/** The `webhook-id` under which receivers get it. */
export const eventIdOfSale = ({ id }: Pick<Sale, 'id'>): string => eventIdOf({ source: SOURCE, id });

/** CloudEvents 1.0, structured mode. */
export const structured = (sale: Sale, tenantId: string): Record<string, unknown> => ({
  specversion: '1.0',
  id: sale.id,
  source: SOURCE,
  type: EVENT_TYPE,
  time: sale.time,
  subject: sale.subject,
  tenantid: tenantId,
  datacontenttype: 'application/json',
  data: sale.data,
});

/** CloudEvents 1.0, Kafka binding, binary mode. The messages of one subject go to one partition, in their order. */
export const binary = (
  sale: Sale,
  tenantId: string,
): { key: string; value: string; headers: Record<string, string> } => ({
  key: sale.subject,
  value: JSON.stringify(sale.data),
  headers: {
    ce_specversion: '1.0',
    ce_id: sale.id,
    ce_source: SOURCE,
    ce_type: EVENT_TYPE,
    ce_time: sale.time,
    ce_subject: sale.subject,
    ce_tenantid: tenantId,
    'content-type': 'application/json',
  },
});
