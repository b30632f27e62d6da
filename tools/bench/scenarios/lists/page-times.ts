import { nowMicros } from '../../clock.ts';
import { spreadOf } from '../../measure/percentile.ts';
import { atRate } from '../../load/pacer.ts';
import type { Figure, Target } from '../../figures/result.ts';

/** Requests measured of each kind. */
const REQUESTS = 300;
const WARM_UP_REQUESTS = 200;

/**
 * Milliseconds of each request, from when it should have been sent to the end of its answer; the paths take turns.
 *
 * @param perSecond far more than people turn pages, and less than saturates
 */
export async function pageTimes(
  url: string,
  key: string,
  paths: readonly string[],
  perSecond: number,
): Promise<number[]> {
  const once = async (path: string, dueAt = nowMicros()): Promise<number> => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}.`);
    return (nowMicros() - dueAt) / 1_000;
  };
  // The first requests are not measured: they find nothing in memory, and no compiled code.
  const rounds = Math.max(3, Math.ceil(WARM_UP_REQUESTS / paths.length));
  for (let round = 0; round < rounds; round++) for (const path of paths) await once(path);
  const asked: Promise<number>[] = [];
  await atRate(perSecond, REQUESTS / perSecond, (dueAt) => {
    asked.push(once(paths[asked.length % paths.length] ?? '', dueAt));
  });
  return Promise.all(asked);
}

export function pageFigures(name: string, times: readonly number[], target: Target): Figure[] {
  const { p50, p99 } = spreadOf(times);
  return [
    { name: `${name}, p50`, value: p50, digits: 1, unit: 'ms' },
    { name: `${name}, p99`, value: p99, digits: 1, unit: 'ms', target },
  ];
}
