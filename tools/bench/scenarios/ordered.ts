import type { Bench } from '../bench.ts';
import type { Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { throughput } from './throughput.ts';

const MESSAGES = 10_000;
/** With few subjects most messages wait for the one before; with many, most need not. */
const SUBJECTS = [10, 1_000];

/**
 * A webhook with `ordering: subject`, and messages about few and about many subjects in turn: how fast are they delivered, and does
 * each subject keep its order?
 */
export async function ordered(bench: Bench): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const subjects of SUBJECTS) {
    outcomes.push(
      await throughput(bench, {
        name: `ordered-${subjects}`,
        messages: bench.messages ?? MESSAGES,
        webhooks: 1,
        batch: 500,
        // Two batches at once might reach Kafka in either order.
        width: 1,
        via: 'kafka',
        subjects,
        targets: TARGETS.ordered,
      }),
    );
  }
  return outcomes;
}
