import { eventTypeByName } from '@signet/contracts';
import { nowMicros } from '../clock.ts';
import type { Figure, Outcome } from '../figures/result.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import { Outgoing, sendInBatches } from '../load/outgoing.ts';
import { atRate } from '../load/pacer.ts';
import { EVENT_TYPE, SaleMaker } from '../load/sale.ts';
import { untilIdle } from '../measure/cpu.ts';
import { hasProc } from '../measure/proc.ts';
import { ID_IN_BODY } from '../receiver/id-in-body.ts';
import { ReceiverClient } from '../receiver-client.ts';
import { latencyFigures, refusals } from '../scenarios/figures.ts';
import type { PeerArguments } from './peer-arguments.ts';
import { cpuSecondsOf } from './peer-cpu.ts';
import { PeerProducer } from './peer-producer.ts';

const WARM_UP_MESSAGES = 1_000;
const PATH = `${ID_IN_BODY}peer`;

export interface PeerOrder {
  readonly kind: 'order';
  readonly peer: PeerArguments;
  readonly receiverUrl: string;
  readonly patienceMs: number;
  readonly warmUp: boolean;
}

/** Sends the sales of the other scenarios to another program, and counts what it delivers to the receiver. */
export async function measurePeer({ peer, receiverUrl, patienceMs, warmUp }: PeerOrder): Promise<Outcome> {
  const bench = { receiver: new ReceiverClient(receiverUrl), patienceMs };
  const producer = new PeerProducer({ ...peer, target: `${receiverUrl}${PATH}` });
  const sales = new SaleMaker(eventTypeByName(EVENT_TYPE)?.example ?? {}, true);
  const send = async (outgoing: Outgoing, messages: number): Promise<void> => {
    const { rate } = peer;
    if (rate === undefined)
      return sendInBatches(outgoing, producer, { messages, batch: 1, width: peer.connections }, () => sales.make());
    const sending: Promise<void>[] = [];
    await atRate(rate, messages / rate, (at) => void sending.push(outgoing.send(producer, [sales.make()], at)));
    await Promise.all(sending);
  };
  const cpu = (): number => cpuSecondsOf(peer.pids);
  try {
    if (warmUp) {
      const baseline = await baselineOf(bench, [PATH]);
      const outgoing = new Outgoing();
      await send(outgoing, Math.min(WARM_UP_MESSAGES, peer.messages));
      if (outgoing.accepted === 0)
        throw new Error(`The peer accepted no message of the warm-up: ${outgoing.firstError ?? 'it was sent none'}`);
      await untilDelivered(bench, outgoing, baseline);
    }
    await untilIdle(cpu);
    const before = cpu();
    const baseline = await baselineOf(bench, [PATH]);
    const outgoing = new Outgoing();
    const startedAt = nowMicros();
    await send(outgoing, peer.messages);
    const acceptedAt = nowMicros();
    await untilDelivered(bench, outgoing, baseline);
    await untilIdle(cpu);
    const spent = cpu() - before;
    const { ledger, latencies, lastArrivalAt } = await settle(bench, outgoing, [PATH]);
    const came = ledger.once + ledger.repeated;
    return {
      scenario: 'peer',
      figures: [
        {
          name: 'delivered a second',
          value: came / ((lastArrivalAt - startedAt) / 1e6),
          digits: 0,
          comparison: 'rate',
        },
        { name: 'messages accepted a second', value: ledger.accepted / ((acceptedAt - startedAt) / 1e6), digits: 0 },
        ...latencyFigures(latencies),
        ...(hasProc && peer.pids.length > 0 ? [cpuFigure(spent, came)] : []),
      ],
      ledger,
      notes: refusals(outgoing),
    };
  } finally {
    await producer.close();
  }
}

const cpuFigure = (seconds: number, deliveries: number): Figure => ({
  name: 'CPU seconds of its processes per 1,000 deliveries',
  value: seconds / (deliveries / 1_000),
  digits: 3,
  comparison: 'cpu',
});
