import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { generateSecret } from '@signet/signature';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { FAILING, FINE, isSigned, SimulatedEndpoint } from '../testing/simulated/simulated-endpoint.ts';
import { HOUR, MINUTE, SimulatedTime } from '../testing/simulated/simulated-time.ts';

const DAY = 24 * HOUR;
/** Monday. */
const START = '2026-03-02T10:00:00.000Z';
const SCHEDULE = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR];
/** Timers and PostgreSQL take a moment of the simulated time, too. */
const MOMENT = 5_000;

let time: SimulatedTime;
let endpoints: SimulatedEndpoint[];

beforeEach(async () => {
  endpoints = [];
  time = await SimulatedTime.begin(START);
  time.fixture.random = seeded(7);
});
afterEach(async () => {
  await time?.end();
  await Promise.all(endpoints.map((one) => one.close()));
});

/** The same numbers in [0, 1) each time (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

async function endpoint(...settings: Tail<Parameters<typeof SimulatedEndpoint.start>>): Promise<SimulatedEndpoint> {
  const one = await SimulatedEndpoint.start(time, ...settings);
  endpoints.push(one);
  return one;
}
type Tail<List extends unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

const numbers = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

/**
 * Expects of a webhook with one delivery that each delay is that of the table plus up to a tenth, and that each attempt came
 * when it was due.
 */
async function expectBackoff(one: SimulatedEndpoint): Promise<void> {
  const attempts = await one.attempts();
  const delays = await one.delays();
  for (const [index, delay] of delays.entries()) {
    if (delay === null) continue;
    const scheduled = SCHEDULE[Math.min(index, SCHEDULE.length - 1)]!;
    expect(delay).toBeGreaterThanOrEqual(scheduled);
    expect(delay).toBeLessThanOrEqual(scheduled * 1.1);
    const next = attempts[index + 1];
    if (!next) continue;
    const late = Date.parse(next.data.startedAt) - Date.parse(attempts[index]!.data.endedAt) - delay;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(MOMENT);
  }
  // Deliveries that failed together would not be retried together.
  expect(new Set(delays.map((delay, index) => delay && delay / SCHEDULE[Math.min(index, 4)]!)).size).toBeGreaterThan(2);
}

/** Twenty messages at once to one that fails: the circuit opens, and some of them have not been tried. */
async function openCircuit(one: SimulatedEndpoint, name: string): Promise<DeliveryRow[]> {
  await time.send(one.webhook, numbers(20, name));
  expect(one.circuit).toBe('open');
  const held = (await one.rows()).slice(0, 20).filter(({ attemptCount }) => attemptCount === 0);
  expect(held.length).toBeGreaterThanOrEqual(4);
  expect(held.map(({ status }) => status)).toEqual(held.map(() => 'PENDING'));
  return held;
}

/** The change lets a probe through, whose success closes the circuit: the others follow now, and not when one is due. */
async function expectMended(one: SimulatedEndpoint, held: readonly DeliveryRow[], mend: () => void): Promise<void> {
  const before = Date.now();
  mend();
  await time.settle();
  expect(one.circuit).toBe('closed');
  expect(Date.now() - before).toBeLessThan(MOMENT);
  const rows = new Map((await one.rows()).map((row) => [row.id, row]));
  for (const { id } of held) expect(rows.get(id)).toMatchObject({ status: 'SUCCESS', attemptCount: 1 });
}

test('a week of outage: backoff, Retry-After, Gone, circuits, alerts and disabling, each at its time', async () => {
  const monday = Date.now();
  const ordinary = await endpoint('five attempts', FAILING);
  const patient = await endpoint('twelve attempts', FAILING, { maxAttempts: 12 });
  const gone = await endpoint('gone', () => ({ status: 410 }));
  const waits = ['90', '1', new Date(monday + 27 * MINUTE).toUTCString(), '86400'];
  const polite = await endpoint('asks for time', (_request, index) => ({
    status: [503, 429, 502, 504][index] ?? 200,
    headers: { 'retry-after': waits[index] ?? '' },
  }));
  const busy = await endpoint('busy', FAILING);
  const restarting = await endpoint('restarts', FAILING);
  for (const one of [ordinary, patient, polite]) await time.send(one.webhook, ['m-0']);

  // 410 ends a delivery at its first attempt, and the webhook at once.
  await time.send(gone.webhook, ['m-0']);
  expect(await gone.rows()).toMatchObject([{ status: 'FAILED', errorClass: 'gone', attemptCount: 1 }]);
  expect(gone.disablings).toMatchObject([{ reason: 'gone' }]);

  // An endpoint that restarts: its circuit probes with one attempt each time, and the first that succeeds closes it.
  await openCircuit(busy, 'busy');
  const held = await openCircuit(restarting, 'restart');
  const burst = restarting.minutes.length;
  // A message that comes while the probe is on the wire does not go out with it.
  restarting.answer = async (_request, index) => {
    await time.bring(restarting.webhook, numbers(3, `during-${index}`));
    return { status: 500 };
  };
  await time.pass(10 * MINUTE);
  expect(restarting.minutes.slice(burst)).toEqual([1, 6]);
  restarting.answer = FINE;
  await time.pass(10 * MINUTE);
  expect(restarting.circuit).toBe('open');
  await time.pass(5 * MINUTE);
  expect(restarting.circuit).toBe('closed');
  expect(new Set(restarting.minutes.slice(burst + 2))).toEqual(new Set([21]));
  const restarted = await restarting.rows();
  expect(restarted.map(({ status }) => status)).toEqual(Array(26).fill('SUCCESS'));
  // Held back for 21 minutes, and no attempt spent: the two probes that failed cost nothing.
  const heldBack = restarted.filter(({ id }) => held.some((row) => row.id === id));
  expect(heldBack.map(({ attemptCount }) => attemptCount)).toEqual(held.map(() => 1));
  const unspent = restarted.map(({ unspentAttempts }) => unspentAttempts);
  expect(unspent.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect([restarting.alerts, restarting.disablings]).toEqual([[3], []]);

  // Five attempts and their end; Retry-After between one and two times what the table says.
  await time.pass(4 * HOUR);
  await expectBackoff(ordinary);
  expect(ordinary.minutes).toHaveLength(5);
  expect(await ordinary.rows()).toMatchObject([{ status: 'FAILED', attemptCount: 5, nextRetryAt: null }]);
  expect([ordinary.alerts, ordinary.disablings]).toEqual([[3, 5], []]);
  const [seconds, tooSoon, date, tooLate] = await polite.delays();
  expect([seconds, tooSoon, tooLate]).toEqual([90_000, 5 * MINUTE, 2 * HOUR]);
  expect(date).toBeGreaterThan(15 * MINUTE);
  expect(polite.minutes).toEqual([0, 2, 7, 27, 147]);
  expect(await polite.rows()).toMatchObject([{ status: 'SUCCESS', attemptCount: 5 }]);

  // Tuesday: those that never came back are disabled at their tenth failure in a row, and their deliveries end.
  expect([patient.alerts, patient.disablings]).toEqual([[3, 5], []]);
  await time.pass(DAY);
  // Its fifth failure opened the circuit: from then on it was the probe each time it went out.
  expect(patient.minutes).toEqual(
    [0, 1, 6, 21, 81, 321, 326, 341, 401, 641].map((minute) => expect.closeTo(minute, -2)),
  );
  for (const one of [patient, busy]) {
    expect(one.alerts).toEqual([3, 5, 10]);
    expect(one.disablings).toMatchObject([{ reason: 'failing' }]);
    expect(one.circuit).toBe('closed');
  }
  expect(await patient.rows()).toMatchObject([
    { status: 'FAILED', errorClass: 'http_status', endReason: 'disabled', attemptCount: 5, unspentAttempts: 5 },
  ]);
  expect((await busy.rows()).map(({ endReason }) => endReason)).toEqual(Array(20).fill('disabled'));
  expect(Date.parse(busy.disablings[0]!.at) - monday).toBeGreaterThan(5 * HOUR);
  const probes = busy.minutes.slice(burst);
  expect(probes).toEqual([1, 6, 21, 81, 321, 561, 801, 1041, 1281].slice(0, probes.length));
  // The burst's parallel attempts count as one failure, or as two if some began after the first had failed.
  expect(probes.length).toBeGreaterThanOrEqual(8);

  // Wednesday: people mend what was broken, each in another way.
  await time.pass(DAY);
  time.registry.enable(busy.webhook);
  const elsewhere = await endpoint('elsewhere', FINE);
  await expectMended(busy, await openCircuit(busy, 'again'), () =>
    time.registry.update(busy.webhook, { url: elsewhere.webhook.url }),
  );
  const locked = await endpoint('wants a token', ({ headers }) => ({
    status: headers['x-token'] === 'right' ? 200 : 401,
  }));
  await expectMended(locked, await openCircuit(locked, 'locked'), () =>
    time.registry.update(locked.webhook, { headers: { 'x-token': 'right' } }),
  );
  let secret = generateSecret(randomBytes);
  const verifying = await endpoint('wants another secret', (request) => ({
    status: isSigned(secret, request) ? 200 : 401,
  }));
  await expectMended(verifying, await openCircuit(verifying, 'signed'), () => {
    secret = time.registry.rotate(verifying.webhook);
  });

  // Thursday: a success resets the count, so that the alerts begin anew.
  await time.pass(DAY);
  ordinary.answer = FINE;
  await time.send(ordinary.webhook, ['m-1']);
  ordinary.answer = FAILING;
  await time.send(ordinary.webhook, ['m-2']);
  await time.pass(HOUR);
  expect([ordinary.alerts, ordinary.disablings]).toEqual([[3, 5, 3], []]);
  ordinary.answer = FINE;
  patient.answer = FINE;
  time.registry.enable(patient.webhook);
  await time.send(patient.webhook, ['m-1']);
  expect((await patient.rows())[0]).toMatchObject({ status: 'SUCCESS', attemptCount: 1 });

  // The next Monday: nothing is left undone, and nothing more was said.
  await time.pass(monday + 7 * DAY - Date.now());
  expect(await time.settle()).toBe(Number.POSITIVE_INFINITY);
  expect(time.service.circuits.openCount()).toBe(0);
  for (const one of [busy, locked, verifying]) {
    const fresh = (await one.rows()).slice(0, 20).map(({ status }) => status);
    expect(fresh).toEqual(Array(20).fill('SUCCESS'));
  }
  expect(ordinary.alerts).toEqual([3, 5, 3]);
  expect(patient.alerts).toEqual([3, 5, 10]);
});
