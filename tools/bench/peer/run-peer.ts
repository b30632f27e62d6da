import { writeFileSync } from 'node:fs';
import type { BenchArguments } from '../arguments.ts';
import { BenchProcess } from '../child.ts';
import { peerReport } from '../figures/report.ts';
import { thisMachine } from '../figures/this-machine.ts';
import { measureLimit } from '../limit-process.ts';
import { limitOf } from '../limit-rounds.ts';
import { unlessStopped } from '../stopping.ts';
import type { PeerArguments } from './peer-arguments.ts';
import type { PeerOrder } from './measure-peer.ts';
import type { PeerResult } from './peer-driver.ts';

/**
 * Measures another program as Signet is measured: the same messages, receiver, limit and ledger.
 *
 * @returns the exit code: 1 when an accepted message is missing
 * @throws when the peer cannot be measured
 */
export async function runPeer(peer: PeerArguments, args: BenchArguments): Promise<number> {
  const receiver = new BenchProcess('receiver.ts', [String(peer.receiverPort)]);
  const driver = new BenchProcess('peer/peer-driver.ts');
  try {
    const { port } = await unlessStopped(receiver.message<{ kind: 'listening'; port: number }>('listening'));
    const receiverUrl = `http://127.0.0.1:${port}`;
    console.error('limit …');
    const before = await measureLimit(receiverUrl);
    console.error(`${peer.url} …`);
    const patienceMs = args.patienceSeconds * 1_000;
    driver.send({ kind: 'order', peer, receiverUrl, patienceMs, warmUp: args.warmUp } satisfies PeerOrder);
    const result = await unlessStopped(driver.message<PeerResult>('result'));
    if ('failure' in result) throw new Error(result.failure);
    console.error('limit, once more …');
    const limit = limitOf([before, await measureLimit(receiverUrl)]);
    const measuredAt = new Date().toISOString();
    const machine = thisMachine();
    console.log(`\nMeasured on ${machine}, ${measuredAt}\n\n${peerReport(limit, result.outcome)}`);
    if (args.json !== undefined) {
      const figures = { measuredAt, machine, arguments: args, limit, outcomes: [result.outcome] };
      writeFileSync(args.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
    return result.outcome.ledger.missing > 0 ? 1 : 0;
  } finally {
    await driver.stop();
    await receiver.stop();
  }
}
