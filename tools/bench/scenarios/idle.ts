import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Figure, Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { signetSeconds, spentBetween } from '../measure/cpu.ts';
import { NOTHING_SENT } from '../measure/ledger.ts';

const SECONDS = 30;

/** Nothing is sent: what do the processes cost by waiting? */
export async function idle(bench: Bench): Promise<Outcome> {
  const endObserving = await bench.observe('idle');
  await bench.cpu.settled();
  const before = bench.cpu.read();
  await delay(SECONDS * 1_000);
  const spent = spentBetween(before, bench.cpu.read());
  await endObserving();
  const share = (seconds: number): number => (seconds / SECONDS) * 100;
  const figure = (name: string, seconds: number): Figure => ({ name, value: share(seconds), digits: 2, unit: '%' });
  return {
    scenario: 'idle',
    figures: [
      { ...figure('all processes, of one core', signetSeconds(spent)), target: TARGETS.idle.share },
      ...Object.entries(spent.parts).map(([name, seconds]) => figure(name, seconds)),
    ],
    ledger: NOTHING_SENT,
    notes: [`${SECONDS} s; other programs used ${share(spent.others).toFixed(1)} % of a core meanwhile.`],
  };
}
