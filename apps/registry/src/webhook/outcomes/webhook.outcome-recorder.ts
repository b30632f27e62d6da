import type { AttemptOutcome } from '../domain/webhook-outcomes.decider.ts';
import { isTelling } from '../domain/webhook-outcomes.decider.ts';
import type { WebhookOutcome } from './webhook.outcome-record.ts';

/** When a webhook last succeeded and failed, according to one batch. ISO instants. */
export interface Activity {
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
}

/** The writes of the recorder. Each is durable when it resolves, and may be repeated. */
export interface OutcomeEffects {
  /** Raises the times of these webhooks, in one statement; deleted webhooks are passed over. */
  raiseActivity(activity: ReadonlyMap<string, Activity>): Promise<void>;
  /**
   * The webhooks of `touched` whose count these outcomes may change: active ones that are failing, alerted about, or
   * have a failure in this batch.
   */
  findAffected(touched: readonly string[], failed: readonly string[]): Promise<string[]>;
  /** Decides on the outcomes of each webhook, and appends the resulting events. */
  recordOutcomes(byWebhook: ReadonlyMap<string, readonly AttemptOutcome[]>): Promise<void>;
}

/** Groups the outcomes that say something about a receiver by webhook, and finds the latest times of each webhook. */
export function foldOutcomes(outcomes: readonly WebhookOutcome[]) {
  const byWebhook = new Map<string, WebhookOutcome[]>();
  const activity = new Map<string, Activity>();
  const failed = new Set<string>();
  for (const outcome of outcomes) {
    if (!isTelling(outcome)) continue;
    const { webhookId, endedAt } = outcome;
    const known = byWebhook.get(webhookId);
    if (known) known.push(outcome);
    else byWebhook.set(webhookId, [outcome]);
    const times = activity.get(webhookId) ?? { lastSuccessAt: null, lastFailureAt: null };
    if (outcome.outcome === 'succeeded') times.lastSuccessAt = later(times.lastSuccessAt, endedAt);
    else {
      times.lastFailureAt = later(times.lastFailureAt, endedAt);
      failed.add(webhookId);
    }
    activity.set(webhookId, times);
  }
  return { byWebhook, activity, failed };
}

const later = (known: string | null, time: string): string => (known === null || known < time ? time : known);

/** An outcome that PostgreSQL will never accept, and the error. */
export interface RefusedOutcome {
  readonly outcome: WebhookOutcome;
  readonly error: unknown;
}

/** Outcomes that are written together, and the promise of their write, which resolves to the refused ones. */
interface Group {
  readonly outcomes: WebhookOutcome[];
  readonly written: Promise<readonly RefusedOutcome[]>;
  readonly resolve: (refused: readonly RefusedOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

function newGroup(): Group {
  let settle: Pick<Group, 'resolve' | 'reject'> | undefined;
  const written = new Promise<readonly RefusedOutcome[]>((resolve, reject) => (settle = { resolve, reject }));
  return { outcomes: [], written, ...(settle as unknown as Pick<Group, 'resolve' | 'reject'>) };
}

/**
 * Collects the outcomes of all partitions and writes them together, at most four times a second. So the
 * outcome of a delivery that succeeded costs its JSON.parse and a small part of two SQL statements. Outcomes of a webhook change its
 * state in the order in which they came.
 */
export class OutcomeRecorder {
  private gathering: Group | undefined;
  private isWriting = false;

  /** @param pause resolves when the next write may begin */
  constructor(
    private readonly effects: OutcomeEffects,
    private readonly pause: () => Promise<void>,
  ) {}

  /**
   * Resolves when all results of the outcomes are durable, to the outcomes that PostgreSQL refuses for ever. Rejects
   * when they are not durable: the caller must repeat.
   */
  async record(outcomes: readonly WebhookOutcome[]): Promise<readonly RefusedOutcome[]> {
    if (outcomes.length === 0) return [];
    this.gathering ??= newGroup();
    const group = this.gathering;
    for (const outcome of outcomes) group.outcomes.push(outcome);
    if (!this.isWriting) void this.writeAll();
    const refused = await group.written;
    if (refused.length === 0) return refused;
    const own = new Set(outcomes);
    return refused.filter(({ outcome }) => own.has(outcome));
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.gathering) {
      await this.pause();
      const group: Group = this.gathering;
      this.gathering = undefined;
      await this.writeEach(group.outcomes).then(group.resolve, group.reject);
    }
    this.isWriting = false;
  }

  /**
   * One outcome that PostgreSQL refuses must not block those of all webhooks. So the outcomes are halved until the
   * refused one is alone. Outcomes that were written before may be written again.
   */
  private async writeEach(outcomes: readonly WebhookOutcome[]): Promise<readonly RefusedOutcome[]> {
    try {
      await this.write(outcomes);
      return [];
    } catch (error) {
      const [only] = outcomes;
      if (!isDataError(error) || !only) throw error;
      if (outcomes.length === 1) return [{ outcome: only, error }];
      const middle = Math.ceil(outcomes.length / 2);
      const first = await this.writeEach(outcomes.slice(0, middle));
      return [...first, ...(await this.writeEach(outcomes.slice(middle)))];
    }
  }

  private async write(outcomes: readonly WebhookOutcome[]): Promise<void> {
    const { byWebhook, activity, failed } = foldOutcomes(outcomes);
    if (byWebhook.size === 0) return;
    await this.effects.raiseActivity(activity);
    const affected = await this.effects.findAffected([...byWebhook.keys()], [...failed]);
    if (affected.length === 0) return;
    await this.effects.recordOutcomes(new Map(affected.map((id) => [id, byWebhook.get(id) ?? []])));
  }
}

/**
 * Whether PostgreSQL would refuse the same outcome again: SQLSTATE classes 22 (data exception), 23 (integrity
 * violation) and 54 (a limit of PostgreSQL), and a value that PostgreSQL has no form for. A unique violation is not
 * such an error: it comes from two writers of one webhook.
 */
function isDataError(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^(22|23|54)/.test(code) && code !== UNIQUE_VIOLATION;
}

const UNIQUE_VIOLATION = '23505';
