import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateSecret, signatureHeader, signingKey } from '@signet/signature';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import type { ExampleReceiver } from './support/receivers/example-receivers.ts';
import { EXAMPLE_RECEIVERS, RunningReceiver } from './support/receivers/example-receivers.ts';
import { testWith } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const SECRET = generateSecret();
const OWN_SECRET = 'a text of my own, long enough to be a secret';

/** The headers that a receiver verifies, and the exact body. */
interface Sent {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

let signet: Signet;
let local: LocalFile;
let recorder: RecordingReceiver;
/** The request that Signet really sent, signed with SECRET; and the same message with the secret of another webhook. */
let genuine: Sent;
let foreign: Sent;

beforeAll(async () => {
  [signet, recorder] = await Promise.all([Signet.start(), RecordingReceiver.start()]);
  local = await signet.local();
  const tenant = Api.tenant(local);
  const webhooks = [
    await tenant.register(`${recorder.url}/genuine`, { secret: SECRET }),
    await tenant.register(`${recorder.url}/foreign`),
  ];
  await Api.producer(local).publish(local.tenantId, 'recorded', { saleId: 'recorded', note: 'ünï' });
  [genuine, foreign] = (await Promise.all(['/genuine', '/foreign'].map(sentTo))) as [Sent, Sent];
  for (const { id } of webhooks) await tenant.call('DELETE', `/v1/webhooks/${id}`);
});
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), recorder?.close()]);
});

async function sentTo(path: string): Promise<Sent> {
  const { headers, body } = await waitFor(() => recorder.requests.find((request) => request.path === path), {
    what: `the delivery to ${path}`,
  });
  const header = (name: string): string => headers[`webhook-${name}`] ?? '';
  return { id: header('id'), timestamp: header('timestamp'), signature: header('signature'), body };
}

async function post(url: string, { id, timestamp, signature, body }: Sent): Promise<number> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A message that our own code has signed. */
function signed(secret: string, { id, body }: Sent, offsetSeconds = 0): Sent {
  const seconds = Math.floor(Date.now() / 1000) + offsetSeconds;
  const signature = signatureHeader([signingKey(secret)], id, seconds, body);
  return { id, timestamp: String(seconds), signature, body };
}

/** The text with one character replaced: the first one that matches. */
const changed = (text: string, from: RegExp, to: string): string => {
  const after = text.replace(from, to);
  if (after === text) throw new Error(`${from} is not in ${text}.`);
  return after;
};

const accepted = (): [what: string, sent: Sent][] => [
  ['what Signet sent', genuine],
  ['the same once more', genuine],
  [
    'two signatures, the second of which is right',
    { ...genuine, signature: `${foreign.signature} ${genuine.signature}` },
  ],
  ['a signature of a version to come beside the right one', { ...genuine, signature: `v2,AAAA ${genuine.signature}` }],
  ['four minutes old', signed(SECRET, genuine, -240)],
  ['four minutes ahead', signed(SECRET, genuine, 240)],
];

const refused = (): [what: string, sent: Sent][] => [
  [
    'a byte of the body changed',
    { ...genuine, body: Buffer.from(changed(genuine.body.toString(), /created/, 'createb')) },
  ],
  ['a byte of the body more', { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) }],
  [
    'a character of the id changed',
    { ...genuine, id: changed(genuine.id, /.$/, genuine.id.endsWith('0') ? '1' : '0') },
  ],
  ['the timestamp one second later', { ...genuine, timestamp: String(Number(genuine.timestamp) + 1) }],
  ['the wrong secret', foreign],
  ['two signatures that are both wrong', { ...genuine, signature: `${foreign.signature} v1,AAAA` }],
  ['six minutes old', signed(SECRET, genuine, -360)],
  ['six minutes ahead', signed(SECRET, genuine, 360)],
  ['a timestamp that is none', { ...genuine, timestamp: 'soon' }],
  ['the right signature as one of another version', { ...genuine, signature: changed(genuine.signature, /v1/, 'v2') }],
  ['no signature', { ...genuine, signature: '' }],
];

const statuses = async (url: string, cases: [string, Sent][]): Promise<[string, string][]> => {
  const judged: [string, string][] = [];
  for (const [what, sent] of cases) judged.push([what, `${Math.floor((await post(url, sent)) / 100)}xx`]);
  return judged;
};
const each = (cases: [string, Sent][], status: string): [string, string][] => cases.map(([what]) => [what, status]);

/** Starts a receiver of the guide, with a webhook that delivers to it. */
async function withWebhook(
  example: ExampleReceiver,
  story: (receiver: RunningReceiver, webhookId: string) => Promise<void>,
) {
  const receiver = await RunningReceiver.start(example, SECRET);
  const tenant = Api.tenant(local);
  const { id } = await tenant.register(receiver.url, { secret: SECRET });
  try {
    await story(receiver, id);
  } finally {
    await tenant.call('DELETE', `/v1/webhooks/${id}`);
    await receiver.stop();
  }
}

/**
 * Publishes a sale, and resolves when the webhook's delivery has ended as a success: a request that the receiver
 * refuses is no success.
 */
async function delivered(webhookId: string, saleId: string): Promise<{ eventId: string; signatures: number }> {
  const published = await Api.producer(local).publish(local.tenantId, `${webhookId}-${saleId}`, { saleId });
  const { eventId } = published.results[0];
  const delivery = await waitFor(
    async () => {
      const [found] = await Api.tenant(local).deliveries({ webhookId, eventId });
      return found?.attemptCount === 1 ? found : undefined;
    },
    { what: `the first attempt of ${saleId}` },
  );
  expect(delivery).toMatchObject({ status: 'SUCCESS' });
  return { eventId, signatures: String(delivery['signature']).split(' ').length };
}

const keyed = (secret: string): string => `whsec_${Buffer.from(secret).toString('base64')}`;

for (const example of EXAMPLE_RECEIVERS) {
  const withExample = testWith(example.isHere);

  withExample(`${example.name}: accepts the messages of Signet, and no message that was changed`, async () => {
    await withWebhook(example, async (receiver, webhookId) => {
      const first = await delivered(webhookId, 'first');
      await Api.tenant(local).call('POST', `/v1/webhooks/${webhookId}/secret/rotate`, { overlapHours: 1 });
      const rotated = await delivered(webhookId, 'rotated');
      expect(rotated.signatures).toBe(2);

      expect(await statuses(receiver.url, accepted())).toEqual(each(accepted(), '2xx'));
      expect(await statuses(receiver.url, refused())).toEqual(each(refused(), '4xx'));
      if (!example.isWhole) return;
      const inbox = receiver.inbox();
      expect([...inbox.keys()].sort()).toEqual([first.eventId, rotated.eventId, genuine.id].sort());
      expect(inbox.get(genuine.id)).toBe(genuine.body.toString());
      const tooLarge = signed(SECRET, { ...genuine, body: Buffer.alloc(1024 * 1024 + 1, 'x') });
      expect(await statuses(receiver.url, [['a body of more than 1 MiB', tooLarge]])).toEqual([
        ['a body of more than 1 MiB', '4xx'],
      ]);
    });
  });

  withExample(`${example.name}: a secret that is a text of the tenant's own signs as it is`, async () => {
    // A library takes the secret as whsec_ and the base64 of its characters.
    const receiver = await RunningReceiver.start(example, example.isWhole ? OWN_SECRET : keyed(OWN_SECRET));
    try {
      expect(await post(receiver.url, signed(OWN_SECRET, genuine))).toBeLessThan(300);
      expect(await post(receiver.url, signed(SECRET, genuine))).toBe(401);
    } finally {
      await receiver.stop();
    }
  });
}

test('the guide names every header that arrives, and no other', async () => {
  const guide = readFileSync(new URL('../../../docs/guides/receiving.md', import.meta.url), 'utf8');
  const section = guide.slice(guide.indexOf('## The headers'), guide.indexOf('## What to do'));
  const named = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name as string);

  const tenant = Api.tenant(local);
  const { id } = await tenant.register(`${recorder.url}/headers`, { headers: { 'x-shop': '12' } });
  const arrived = async (what: string): Promise<string[]> =>
    Object.keys(
      (
        await waitFor(() => recorder.requests.find(({ path, headers }) => path === '/headers' && headers[what]), {
          what,
        })
      ).headers,
    );
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await Api.producer(local).call(
    'POST',
    '/v1/events',
    { ...saleCreated(local.tenantId, 'traced'), traceparent },
    'application/cloudevents+json',
  );
  const traced = await arrived('traceparent');
  await tenant.call('POST', `/v1/webhooks/${id}/test`, { eventType: 'sale.created' });
  const tests = await arrived('signet-test');
  await waitFor(async () => (await tenant.deliveries({ webhookId: id })).every(({ status }) => status === 'SUCCESS'), {
    what: 'both to be recorded',
  });
  await tenant.call('POST', '/v1/replays', {
    webhookId: id,
    since: new Date(Date.now() - 60_000).toISOString(),
    status: 'all',
  });
  const replayed = await arrived('signet-replay');
  await tenant.call('DELETE', `/v1/webhooks/${id}`);

  expect([...new Set([...traced, ...tests, ...replayed])].sort()).toEqual([...named, 'x-shop'].sort());
  const sometimes = ['signet-replay', 'signet-test', 'traceparent'];
  expect(traced.filter((name) => sometimes.includes(name))).toEqual(['traceparent']);
});
