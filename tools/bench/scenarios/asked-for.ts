import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { percentile } from '../measure/percentile.ts';
import type { Figure, Outcome } from '../figures/result.ts';
import { EVENT_TYPE } from '../load/sale.ts';
import { TARGETS } from '../figures/targets.ts';
import { NOTHING_SENT } from '../measure/ledger.ts';

/** Answers 500 to everything, so that the circuit stays open: a failed test or retry, which a person asked for, does not change the circuit. */
const PATH = '/fail/asked-for';
const TIMES = 20;
/** The driver asks the receiver this often whether a request has come; what is measured is the receiver's own time. */
const POLL_MS = 5;
const OPENS_WITHIN_MS = 30_000;

interface Named {
  readonly data: readonly { readonly id: string; readonly eventId: string }[];
}

/** A test and a retry beside an open circuit, twenty times each: how long until the receiver has them? */
export async function askedFor(bench: Bench): Promise<Outcome> {
  const tenant = await BenchTenant.create(bench, 'asked-for');
  await tenant.addWebhooks([PATH]);
  const webhooks = await bench.operator.get<Named>(`/v1/webhooks?tenantId=${tenant.id}`);
  const webhookId = webhooks.body.data[0]?.id ?? '';
  await openCircuit(bench, tenant, webhookId);

  const tests = await times(async () => {
    const calledAt = nowMicros();
    const { body } = await bench.operator.post<{ eventId: string }>(`/v1/webhooks/${webhookId}/test`, {
      eventType: EVENT_TYPE,
    });
    return arrivalOf(bench, body.eventId, calledAt);
  });
  const deliveries = await bench.operator.get<Named>(`/v1/deliveries?webhookId=${webhookId}&status=RETRYING`);
  const delivery = deliveries.body.data[0];
  if (!delivery) throw new Error('There is no delivery to be retried.');
  const retries = await times(async () => {
    const calledAt = nowMicros();
    const { body } = await bench.operator.post<{ eventId: string }>(`/v1/deliveries/${delivery.id}/retry`, {});
    return arrivalOf(bench, body.eventId, calledAt);
  });
  const state = await stateOf(bench, webhookId);
  await tenant.close();
  return {
    scenario: 'asked-for',
    figures: [...figuresOf('test', tests), ...figuresOf('retry', retries)],
    ledger: NOTHING_SENT,
    notes: [`${TIMES} of each; from the call of the API to the arrival. The circuit was ${state} at the end.`],
  };
}

async function openCircuit(bench: Bench, tenant: BenchTenant, webhookId: string): Promise<void> {
  const producer = tenant.httpProducer(1);
  const deadline = performance.now() + OPENS_WITHIN_MS;
  try {
    // One message after the other: the circuit counts failures that overlap as one.
    while ((await stateOf(bench, webhookId)) !== 'open') {
      if (performance.now() > deadline) throw new Error('The circuit did not open.');
      await producer.send([bench.sales.make()]);
      await delay(100);
    }
  } finally {
    await producer.close();
  }
}

const stateOf = async (bench: Bench, webhookId: string): Promise<string> =>
  (await bench.operator.get<{ state: string }>(`/v1/circuits/${webhookId}`)).body.state;

async function times(once: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  // With pauses of uneven length, so that the calls come at different phases of the service's own intervals.
  for (let n = 0; n < TIMES; n++) {
    taken.push(await once());
    await delay(100 + n * 17);
  }
  return taken;
}

/** Milliseconds from the call to the first request of this event that came after it. */
async function arrivalOf(bench: Bench, eventId: string, calledAt: number): Promise<number> {
  const deadline = performance.now() + bench.patienceMs;
  for (;;) {
    const columns = (await bench.receiver.ledger([PATH])).get(PATH);
    const at = columns?.last[columns.ids.indexOf(eventId)] ?? 0;
    if (at > calledAt) return (at - calledAt) / 1_000;
    if (performance.now() > deadline) throw new Error(`Event ${eventId} did not come.`);
    await delay(POLL_MS);
  }
}

const figuresOf = (what: string, taken: readonly number[]): Figure[] => [
  { name: `${what}, median`, value: percentile(taken, 50), digits: 0, unit: 'ms' },
  { name: `${what}, longest`, value: percentile(taken, 100), digits: 0, unit: 'ms', target: TARGETS.askedFor.longest },
];
