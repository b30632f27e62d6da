import { say } from '../dev/progress.ts';
import type { Labels, ReceivedAlert } from './pager.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** What became of one alert of a scenario. */
export interface Seen {
  readonly scenario: string;
  readonly labels: Labels;
  /** Seconds from the beginning of the fault until Alertmanager notified its receiver; undefined: it never did. */
  readonly firedAfter?: number;
  /** Seconds from the repair (or from the first notification, where nothing is to be repaired) until the receiver was notified of the end. */
  readonly resolvedAfter?: number;
}

export interface Played {
  readonly seen: readonly Seen[];
  /** What else was seen, or why something is missing; one sentence each. */
  readonly notes: readonly string[];
  readonly isComplete: boolean;
}

interface Fired {
  readonly labels: Labels;
  readonly alert: ReceivedAlert | undefined;
}

const secondsFrom = (start: number, end: number): number => Math.max(0, end - start) / 1_000;

/**
 * Lets a scenario begin, waits for its alerts, and mends it. Resolves once it is mended; `ended` resolves when its alerts are
 * over too. An alert that does not come is no error: `ended` tells of it.
 */
export async function play(stage: Stage, scenario: Scenario): Promise<{ readonly ended: Promise<Played> }> {
  const { name, alerts, begin, look, mend } = scenario;
  const notes: string[] = [];
  const orNote = <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      notes.push((error as Error).message);
      return undefined;
    });
  say(`${name} …`);
  const begunAt = Date.now();
  await orNote(begin(stage));
  const fired = await Promise.all(
    alerts.map(async (labels): Promise<Fired> => {
      const alert = await orNote(stage.pager.fired(labels, begunAt));
      if (alert) say(`${name}: ${labels.alertname} fired`);
      return { labels, alert };
    }),
  );
  const noted = look && (await orNote(look(stage, begunAt)));
  const mendedAt = Date.now();
  if (mend) await orNote(mend(stage));
  const ended = Promise.all(
    fired.map(async ({ labels, alert }): Promise<Seen> => {
      if (alert === undefined) return { scenario: name, labels };
      const over = await orNote(stage.pager.resolved(alert, labels));
      const from = mend ? mendedAt : alert.receivedAt;
      return {
        ...{ scenario: name, labels, firedAfter: secondsFrom(begunAt, alert.receivedAt) },
        ...(over && { resolvedAfter: secondsFrom(from, over.receivedAt) }),
      };
    }),
  ).then((seen) => ({
    seen,
    isComplete: notes.length === 0,
    notes: [...notes, ...(noted === undefined ? [] : [noted])].map((note) => `${name}: ${note}`),
  }));
  return { ended };
}
