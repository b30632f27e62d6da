import type { CircuitChange } from '../../circuit/circuits.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { Effect } from '../../scheduler/effects.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

const WINDOW_MS = 10_000;
const FAILURES_IN_WINDOW = 5;

interface Book {
  failures: number;
  lastEndedAt: number;
  isOpen: boolean;
  ends: { readonly at: number; readonly hasFailed: boolean }[];
  /** Id of the delivery whose POST is the probe. */
  probe: string | null;
}

/** Keeps books of its own on every circuit: it opens only after enough failures, and lets nothing through but its probe. */
export class CircuitRules {
  private readonly books = new Map<string, Book>();

  constructor(private readonly world: World) {}

  told(replica: string, event: SchedulerEvent): void {
    if (event.type === 'AttemptWithheld' || event.type === 'AttemptBroke') this.probeEnded(replica, event.task);
    // Circuits of a lost partition are forgotten, and read again under the next claim.
    if (event.type === 'PartitionsLost') this.forgetProbes(replica);
    if (event.type !== 'AttemptEnded') return;
    this.probeEnded(replica, event.task);
    const { cause, startedAt } = event.attempt.result.facts;
    const { failure, endedAtMs } = event.attempt.result;
    if (failure?.fault === 'platform' || (failure && cause === 'person')) return;
    const book = this.of(replica, event.task.webhookId);
    const { now } = this.world.clock;
    book.ends = [...book.ends.filter(({ at }) => at > now - WINDOW_MS), { at: now, hasFailed: failure !== null }];
    if (!failure) book.failures = 0;
    else if (cause !== 'asked_probe' && Date.parse(startedAt) > book.lastEndedAt) {
      book.failures += 1;
      book.lastEndedAt = endedAtMs;
    }
  }

  sends(replica: string, { task }: Extract<Effect, { type: 'Send' }>): void {
    const circuit = this.world.replicas.get(replica)?.circuits.find(task.webhookId);
    const book = this.of(replica, task.webhookId);
    if (circuit && task.cause === 'schedule')
      throw new RuleBroken('circuits', `${replica} sends ${task.id} although the circuit of ${task.webhookId} is open`);
    if (task.cause !== 'probe' && task.cause !== 'asked_probe') return;
    if (book.probe !== null && book.probe !== task.id)
      throw new RuleBroken(
        'circuits',
        `${replica} sends ${task.id} as a probe while the probe ${book.probe} is on the wire`,
      );
    book.probe = task.id;
  }

  restored(replica: string, { webhookId, failures, open }: StoredCircuit): void {
    const book = this.of(replica, webhookId);
    book.failures += failures.count;
    book.isOpen ||= open !== null;
  }

  changed(replica: string, webhookId: string, to: CircuitChange): void {
    const book = this.of(replica, webhookId);
    this.world.story.tell(() => `${replica}: the circuit of ${webhookId} is ${to === 'half_open' ? 'half-open' : to}`);
    if (to === 'open' && !book.isOpen) this.checkOpening(replica, webhookId, book);
    if (to === 'closed') book.probe = null;
    book.isOpen = to !== 'closed';
  }

  private checkOpening(replica: string, webhookId: string, { failures, ends }: Book): void {
    const failed = ends.filter(({ hasFailed }) => hasFailed).length;
    const isWindowBad = failed >= FAILURES_IN_WINDOW;
    if (failures < this.world.settings.circuitFailures && !isWindowBad)
      throw new RuleBroken(
        'circuits',
        `${replica} opens the circuit of ${webhookId} after ${failures} failures in a row, ${failed} in ten seconds`,
      );
  }

  private probeEnded(replica: string, { webhookId, id }: { readonly webhookId: string; readonly id: string }): void {
    const book = this.of(replica, webhookId);
    if (book.probe === id) book.probe = null;
  }

  private forgetProbes(replica: string): void {
    for (const [key, book] of this.books) if (key.startsWith(`${replica}/`)) book.probe = null;
  }

  private of(replica: string, webhookId: string): Book {
    const key = `${replica}/${webhookId}`;
    let book = this.books.get(key);
    if (!book) this.books.set(key, (book = { failures: 0, lastEndedAt: 0, isOpen: false, ends: [], probe: null }));
    return book;
  }
}
