import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { REQUEST_HEADER, newId } from '@signet/contracts';
import type { CanonicalMessage, DeliveryRequest, WebhookSnapshot } from '@signet/contracts';
import type { OutgoingRecord } from '@signet/kafka';
import { waitFor } from '@signet/testing';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { OPERATOR, publishMessages, replayReplica } from '../testing/replay-fixture.ts';
import type { ReplayService } from './replay.service.ts';
import type { Replay } from './replay.ts';

const TENANTS = 5;
const WEBHOOKS_OF_EACH = 4;
const TYPES = ['sale.created', 'inventory.low_stock'] as const;

let fixture: DispatchFixture;
let service: ReplayService;
let scans: number;
/** Messages whose deliveries were requested, by webhook. */
let asked: Map<string, string[]>;
let interrupt: ((records: readonly OutgoingRecord[]) => void | Promise<void>) | undefined;

beforeEach(async () => {
  scans = 0;
  asked = new Map();
  interrupt = undefined;
  fixture = await DispatchFixture.create();
  fixture.tenants.markComplete();
  service = replica();
});
afterEach(async () => {
  await service.runner.stop();
  await fixture.close();
});

const replica = (): ReplayService =>
  replayReplica(fixture, {
    onScan: () => (scans += 1),
    onRequests: async (records) => {
      await interrupt?.(records);
      for (const record of records) note(record);
    },
  });

const requestIn = ({ headers }: OutgoingRecord): DeliveryRequest =>
  JSON.parse(String(headers?.[REQUEST_HEADER])) as DeliveryRequest;
function note(record: OutgoingRecord): void {
  const { webhookId, messageId } = requestIn(record);
  asked.set(webhookId, [...(asked.get(webhookId) ?? []), messageId]);
}

const message = (tenantId: string, n: number): CanonicalMessage => ({
  id: newId(),
  source: '/pos/1',
  type: TYPES[n % TYPES.length] ?? TYPES[0],
  time: new Date().toISOString(),
  subject: `S-${n}`,
  tenantId,
  traceparent: undefined,
  data: Buffer.from(`{"n":${n}}`),
});

interface Wanted {
  readonly webhook: WebhookSnapshot;
  readonly since: Date;
  /** Ids of the messages that the webhook has missed. */
  readonly missed: readonly string[];
}

/** Twenty webhooks, of which no two have missed the same: they differ in tenant, event types, and since when. */
async function twentyWebhooks(): Promise<Wanted[]> {
  const tenants = Array.from({ length: TENANTS }, () => newId());
  const some = () => tenants.flatMap((tenantId) => Array.from({ length: 12 }, (_, n) => message(tenantId, n)));
  const before = new Date(Date.now() - 1_000);
  const early = some();
  await publishMessages(early);
  const between = new Date(Date.now() + 1);
  // Later by Kafka's clock, which is that of the publisher.
  await waitFor(() => Date.now() > between.getTime() + 1, { what: 'the next millisecond' });
  const late = some();
  await publishMessages(late);
  return tenants.flatMap((tenantId) =>
    Array.from({ length: WEBHOOKS_OF_EACH }, (_, n): Wanted => {
      const events = n % 2 === 0 ? [...TYPES] : [TYPES[0]];
      const isLate = n >= WEBHOOKS_OF_EACH / 2;
      const missed = [...(isLate ? [] : early), ...late].filter(
        (one) => one.tenantId === tenantId && events.some((type) => type === one.type),
      );
      const webhook = fixture.webhook('https://shop.example/hook', { tenantId, events });
      return { webhook, since: isLate ? between : before, missed: missed.map(({ id }) => id) };
    }),
  );
}

const askFor = ({ webhook, since }: Wanted): Promise<Replay> =>
  service.replays.create({ webhookId: webhook.id, since, status: 'missed' }, OPERATOR);
const ended = (replays: readonly Replay[]): Promise<Replay[]> =>
  waitFor(
    async () => {
      const now = await Promise.all(replays.map(({ id }) => service.replays.find(id, OPERATOR)));
      return now.every(({ state }) => state !== 'running') && now;
    },
    { what: 'all replays to end' },
  );
const askedOf = ({ webhook }: Wanted): string[] => (asked.get(webhook.id) ?? []).toSorted();

test('twenty webhooks are asked for what each has missed, and Kafka is read once', async () => {
  const wanted = await twentyWebhooks();
  const replays: Replay[] = [];
  for (const one of wanted) replays.push(await askFor(one));
  service.runner.start();
  const results = await ended(replays);
  expect(scans).toBe(1);
  for (const [index, one] of wanted.entries()) {
    expect(askedOf(one)).toEqual(one.missed.toSorted());
    expect(results[index]).toMatchObject({
      state: 'completed',
      total: one.missed.length,
      requested: one.missed.length,
    });
  }
});

test('a replay that may not go on ends alone', async () => {
  const wanted = await twentyWebhooks();
  const replays: Replay[] = [];
  for (const one of wanted) replays.push(await askFor(one));
  const [disabled, cancelled] = wanted;
  fixture.directory.put({ ...disabled!.webhook, isActive: false, version: 2 });
  await service.replays.cancel(replays[1]!.id, OPERATOR);
  service.runner.start();
  const results = await ended(replays);
  expect(results[0]).toMatchObject({ state: 'failed', reason: 'webhook_disabled' });
  expect(results[1]).toMatchObject({ state: 'cancelled' });
  expect([askedOf(disabled!), askedOf(cancelled!)]).toEqual([[], []]);
  for (const one of wanted.slice(2)) expect(askedOf(one)).toEqual(one.missed.toSorted());
  expect(scans).toBe(1);
});

test('after an interruption all go on together, and each message is asked for', async () => {
  const wanted = await twentyWebhooks();
  const replays: Replay[] = [];
  for (const one of wanted) replays.push(await askFor(one));
  let requests = 0;
  interrupt = () => {
    requests += 1;
    if (requests % 7 === 0 && requests < 30) throw new Error('Kafka is away');
  };
  service.runner.start();
  const results = await ended(replays);
  expect(results.map(({ state }) => state)).toEqual(replays.map(() => 'completed'));
  // Deliveries that were requested twice have the same id.
  for (const one of wanted) expect([...new Set(askedOf(one))]).toEqual(one.missed.toSorted());
});

test('a replay that is interrupted goes on before the others have ended', async () => {
  const wanted = (await twentyWebhooks()).slice(0, 2);
  const replays: Replay[] = [];
  for (const one of wanted) replays.push(await askFor(one));
  const [first, second] = replays;
  let isInterrupted = false;
  interrupt = async ([record]) => {
    if (requestIn(record!).webhookId === second!.webhookId) await ended([first!]);
    else if (!isInterrupted) {
      isInterrupted = true;
      throw new Error('Kafka is away');
    }
  };
  service.runner.start();
  expect(await ended(replays)).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
  for (const one of wanted) expect([...new Set(askedOf(one))]).toEqual(one.missed.toSorted());
});
