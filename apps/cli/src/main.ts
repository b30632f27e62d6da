import { systemClock } from '@signet/contracts';
import { run } from './program.ts';

/** Ctrl-C ends a command at once, unless it has asked to end by itself. A second Ctrl-C always ends it. */
function stoppedBySignals(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

// The reader of a pipe, such as head, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { env, stdin, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), {
  env,
  stdin,
  stdout,
  stderr,
  clock: systemClock,
  stopped: stoppedBySignals,
});
