import { nowMicros } from '../clock.ts';
import type { SentMessage } from '../measure/ledger.ts';
import { eventIdOfSale } from './sale.ts';
import type { Sale } from './sale.ts';

/** A way into Signet. `send` resolves when Signet has taken all of them, and rejects otherwise. */
export interface Producer {
  send(sales: readonly Sale[]): Promise<void>;
}

/** What a scenario has sent, and what of it was accepted. A refusal is no failure of the benchmark: it is counted. */
export class Outgoing {
  readonly #messages: { id: string; intendedAt: number; acceptedAt: number | undefined }[] = [];
  #accepted = 0;
  #firstError: string | undefined;

  get messages(): readonly SentMessage[] {
    return this.#messages;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Why the first one that was refused was. */
  get firstError(): string | undefined {
    return this.#firstError;
  }

  /** Never rejects. `intendedAt` is when they should have been sent, if that is not now. */
  async send(producer: Producer, sales: readonly Sale[], intendedAt = nowMicros()): Promise<void> {
    const messages = sales.map((sale) => ({
      id: eventIdOfSale(sale),
      intendedAt,
      acceptedAt: undefined as number | undefined,
    }));
    this.#messages.push(...messages);
    try {
      await producer.send(sales);
    } catch (error) {
      this.#firstError ??= (error as Error).message;
      return;
    }
    const acceptedAt = nowMicros();
    for (const message of messages) message.acceptedAt = acceptedAt;
    this.#accepted += messages.length;
  }
}

/** Runs `step` `times` times, at most `width` at once: a closed loop, whose pace is the system's own. */
export async function inParallel(width: number, times: number, step: () => Promise<void>): Promise<void> {
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await step();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** How messages are sent as fast as Signet takes them: a closed loop. */
export interface Batches {
  readonly messages: number;
  /** Messages in one request or one record batch. */
  readonly batch: number;
  /** Batches that are on their way at once. */
  readonly width: number;
}

/** Sends so many messages. The latencies of such messages show a queue that was filled on purpose. */
export async function sendInBatches(
  outgoing: Outgoing,
  producer: Producer,
  { messages, batch, width }: Batches,
  make: () => Sale,
): Promise<void> {
  let left = messages;
  await inParallel(width, Math.ceil(messages / batch), async () => {
    const size = Math.min(batch, left);
    left -= size;
    await outgoing.send(producer, Array.from({ length: size }, make));
  });
}
