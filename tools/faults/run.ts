// `npm run faults -- NAME`: breaks something on purpose under load, prints the results, and ends with 1 where a promise was broken.

import type { FaultScript } from './fault-script.ts';

const SCRIPTS: Readonly<Record<string, () => Promise<{ readonly default: FaultScript }>>> = {
  clock: () => import('./clock.ts'),
  platform: () => import('./platform.ts'),
  'lock-holder': () => import('./lock-holder.ts'),
};

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)));
process.on('disconnect', () => stopping.abort(new Error('The terminal is gone.')));

const [name = '', ...args] = process.argv.slice(2);
try {
  const load = SCRIPTS[name];
  if (load === undefined) throw new Error(`Say which: npm run faults -- ${Object.keys(SCRIPTS).join('|')}`);
  process.exitCode = await (await load()).default(args, stopping.signal);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The channel to the bootstrap would keep us alive.
if (process.connected) process.disconnect();
