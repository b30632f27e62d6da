// `npm run bench`: how fast, how dear, how sure. See tools/bench/README.md.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { readArguments, USAGE, UsageError } from './arguments.ts';
import type { BenchArguments } from './arguments.ts';
import { BenchProcess } from './child.ts';
import type { DriverOrder } from './driver.ts';
import { limitOf } from './limit-rounds.ts';
import type { LimitMeasured } from './limit.ts';
import { report } from './report.ts';
import type { DriverResult } from './result.ts';
import { Signet } from './signet.ts';

const LIMIT_REQUESTS = 30_000;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)));
}
process.on('disconnect', () => stopping.abort(new Error('The terminal is gone.')));

/** Resolves like `work`, unless somebody wants to stop. */
function unlessStopped<T>(work: Promise<T>): Promise<T> {
  const { signal } = stopping;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

async function measureLimit(receiverUrl: string): Promise<LimitMeasured> {
  const limit = new BenchProcess('limit.ts', [receiverUrl, String(LIMIT_REQUESTS)]);
  try {
    return await unlessStopped(limit.message<LimitMeasured>('limit'));
  } finally {
    await limit.stop();
  }
}

async function measure(
  signet: Signet,
  receiver: { url: string; pid: number },
  args: BenchArguments,
): Promise<DriverResult> {
  const driver = new BenchProcess('driver.ts');
  const { scenarios, messages, deliveries, direct, warmUp, patienceSeconds } = args;
  const order: DriverOrder = {
    kind: 'order',
    localFile: signet.localFile,
    receiverUrl: receiver.url,
    receiverPid: receiver.pid,
    patienceMs: patienceSeconds * 1_000,
    ...{ scenarios, messages, deliveries, direct, warmUp },
  };
  try {
    driver.send(order);
    return await unlessStopped(driver.message<DriverResult>('result'));
  } finally {
    await driver.stop();
  }
}

async function main(args: BenchArguments): Promise<number> {
  const receiver = new BenchProcess('receiver.ts');
  let signet: Signet | undefined;
  try {
    const { port } = await unlessStopped(receiver.message<{ kind: 'listening'; port: number }>('listening'));
    const url = `http://127.0.0.1:${port}`;
    if (args.scenarios.length > 0) {
      console.error(args.use === undefined ? 'starting Signet …' : `using the Signet of ${args.use}`);
      signet = args.use === undefined ? await Signet.start(stopping.signal) : Signet.running(args.use);
    }
    console.error('limit …');
    const before = await measureLimit(url);
    const result = signet && (await measure(signet, { url, pid: receiver.pid }, args));
    console.error('limit, once more …');
    const limit = limitOf([before, await measureLimit(url)]);
    const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${process.platform}`;
    const measuredAt = new Date().toISOString();
    console.log(`\nMeasured on ${machine}, ${measuredAt}\n\n${report(limit, result)}`);
    if (args.json !== undefined) {
      const { outcomes = [], failures = [], memory = {}, unseen = [] } = result ?? {};
      const figures = { measuredAt, machine, arguments: args, limit, outcomes, failures, memory, unseen };
      writeFileSync(args.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
    const missing = result?.outcomes.reduce((sum, { ledger }) => sum + ledger.missing, 0) ?? 0;
    if (missing > 0) console.error(`\n${missing} accepted deliveries never arrived.`);
    return missing > 0 || (result?.failures.length ?? 0) > 0 ? 1 : 0;
  } finally {
    await receiver.stop();
    await signet?.stop();
  }
}

try {
  process.exitCode = await main(readArguments(process.argv.slice(2)));
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = 1;
}
// The channel to the bootstrap would keep us alive.
if (process.connected) process.disconnect();
