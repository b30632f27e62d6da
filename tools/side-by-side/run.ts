// `npm run side-by-side [-- seconds]`: the version before and this one on the same Kafka and PostgreSQL, under load, forward and back.
import { sideBySide } from './side-by-side.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)));
process.on('disconnect', () => stopping.abort(new Error('The terminal is gone.')));

try {
  process.exitCode = await sideBySide(process.argv.slice(2), stopping.signal);
} catch (thrown) {
  const error: unknown = stopping.signal.aborted ? stopping.signal.reason : thrown;
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The channel to the bootstrap would keep us alive.
if (process.connected) process.disconnect();
