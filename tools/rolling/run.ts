// `npm run rolling`: replaces every replica of every service under load through the public address, prints what clients saw of it, and ends
// with 1 where a promise was broken.
import { BenchProcess } from '../bench/child.ts';
import { ReceiverClient } from '../bench/receiver-client.ts';
import { SERVICES } from '../dev/gateway/gateway-routes.ts';
import { readArguments, USAGE } from './arguments.ts';
import type { RollingArguments } from './arguments.ts';
import { Installation } from './services/installation.ts';
import { inPlace } from './services/roll-steps.policy.ts';
import { roll } from './rolling.ts';
import { deployedStrategy } from './services/strategy.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)));
process.on('disconnect', () => stopping.abort(new Error('The terminal is gone.')));

async function main(args: RollingArguments): Promise<number> {
  const strategies = new Map(
    SERVICES.map((name) => [name, args.inPlace ? inPlace(deployedStrategy(name)) : deployedStrategy(name)]),
  );
  const counts = [...strategies.values()].map(({ replicas, maxSurge }) => ({ replicas, most: replicas + maxSurge }));
  const receiver = new BenchProcess('receiver.ts');
  let installation: Installation | undefined;
  try {
    const { port } = await receiver.message<{ kind: 'listening'; port: number }>('listening');
    console.error('starting Signet with two replicas of each service …');
    const replicas = Math.max(...counts.map((one) => one.replicas));
    const most = Math.max(...counts.map((one) => one.most));
    installation = await Installation.start(replicas, most, stopping.signal);
    const client = new ReceiverClient(`http://127.0.0.1:${port}`);
    const kept = await roll({ installation, receiver: client, strategies, stopping: stopping.signal }, args);
    return kept ? 0 : 1;
  } finally {
    await installation?.stop();
    await receiver.stop();
  }
}

function argumentsOr(usage: string): RollingArguments | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}

try {
  const args = argumentsOr(USAGE);
  process.exitCode = args === undefined ? 1 : await main(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The channel to the bootstrap would keep us alive.
if (process.connected) process.disconnect();
