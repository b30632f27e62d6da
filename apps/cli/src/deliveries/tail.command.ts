import type { Command } from 'commander';
import { durationMs } from '../session/moments.ts';
import { wholeNumber } from '../session/session.ts';
import type { Perform, Session } from '../session/session.ts';
import type { DeliveryFilterOptions } from './delivery-filters.ts';
import { followDeliveries } from './follow/follow-deliveries.ts';
import { newAttempts } from './follow/new-attempts.ts';
import type { Change } from './follow/seen-deliveries.ts';
import type { Asking } from './follow/wait-out.ts';
import { attemptLine, lastAttemptLine, shownTailLine, waitingLine } from './tail.view.ts';
import type { TailLine } from './tail.view.ts';

interface TailOptions extends DeliveryFilterOptions {
  readonly since?: number;
  readonly interval: number;
  readonly count?: number;
}

/** Milliseconds between two requests, unless --interval names another time. */
const INTERVAL_MS = 500;
const MIN_INTERVAL_MS = 200;
const MAX_INTERVAL_MS = 60_000;
const MAX_COUNT = 1_000_000;

export function registerTailCommand(tail: Command, perform: Perform): void {
  tail
    .description('show each attempt, and each delivery that is stored as waiting, as it happens, until Ctrl-C')
    .option('--since <duration>', 'begin with attempts of so long ago, such as 10m', durationMs)
    .option('--count <count>', 'end after so many lines', wholeNumber('--count', 1, MAX_COUNT))
    .option(
      '--interval <milliseconds>',
      'at most one request to Signet in this time',
      wholeNumber('--interval', MIN_INTERVAL_MS, MAX_INTERVAL_MS),
      INTERVAL_MS,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ signet deliveries tail --webhook 01a20a03-6a9d-799e-8f18-38d27e479d8e
  $ signet deliveries tail --status FAILED --since 1h --json | jq -r .error`,
    )
    .action(perform(follow));
}

async function follow(session: Session, options: TailOptions): Promise<void> {
  const { output, api, surroundings } = session;
  let left = options.count ?? Infinity;
  const asking: Asking = { api, stopped: surroundings.stopped(), note: (sentence) => output.note(sentence) };
  const changes = followDeliveries({
    ...asking,
    webhookId: options.webhook,
    eventType: options.eventType,
    status: options.status,
    sinceMs: options.since ?? 0,
    intervalMs: options.interval,
    onReady: () => output.note('Following deliveries. Ctrl-C ends.'),
  });
  for await (const change of changes) {
    for (const line of await linesOf(asking, change)) {
      output.result(line, () => [shownTailLine(line, output.state)]);
      if ((left -= 1) === 0) return;
    }
  }
}

/** One attempt is in the list already; the details of several are asked for. */
async function linesOf(asking: Asking, change: Change): Promise<readonly TailLine[]> {
  const { delivery } = change;
  if (change.kind === 'waiting') return [waitingLine(delivery)];
  if (change.count === 1) return [lastAttemptLine(delivery)];
  return (await newAttempts(asking, change)).map((attempt) => attemptLine(delivery, attempt));
}
