import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@signet/testing';
import { saleCreated } from '../api.ts';
import type { Api } from '../api.ts';

export interface Message {
  readonly id: string;
  readonly subject: string;
}

const SUBJECTS = 7;
const BATCH = 5;
const GAP_MS = 400;

/** Publishes messages of a few subjects, in batches one after the other, until it is stopped. */
export class SteadyLoad {
  /** The accepted messages, in the order in which they were sent. */
  readonly accepted: Message[] = [];
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly producer: Api,
    private readonly tenantId: string,
  ) {
    this.running = this.send();
  }

  /** Resolves when the last batch was accepted. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async send(): Promise<void> {
    for (let sent = 0; !this.isOver; sent += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, index) => message(sent + index));
      const events = batch.map(({ id, subject }) => ({ ...saleCreated(this.tenantId, id), subject }));
      // As a careful producer does: events that were not acknowledged are sent again before all others.
      await waitFor(() => this.producer.publishBatch(events).then(() => true), {
        what: 'a batch to be accepted',
      });
      this.accepted.push(...batch);
      await delay(GAP_MS);
    }
  }
}

const message = (n: number): Message => ({ id: `sale-${n}`, subject: `till-${n % SUBJECTS}` });
