import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { oddResponses, rawReceiver } from '@signet/testing';
import type { RawReceiver } from '@signet/testing';
import type { AttemptFacts, AttemptFailure } from '../delivery/delivery.events.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const FINE = 'HTTP/1.1 204 No Content\r\n\r\n';
let fixture: DispatchFixture;
let service: DispatchService;
let receiver: RawReceiver;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  service = await fixture.serve();
});
afterEach(() => receiver.close());
afterAll(() => fixture.close());

const receive = async (answer = FINE): Promise<string> => {
  receiver = await rawReceiver((socket) => socket.write(answer));
  return receiver.url.replace(/\/hook$/, '');
};

/** What is recorded of the attempt that delivers a message, and the lines of the request's head on the wire. */
async function delivered(webhook: WebhookSnapshot) {
  await service.intake.take(requestBatch(webhook, [newId()]));
  const [row] = await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 1);
  const record = await fixture.reader.find(row!.id, null);
  const [head = ''] = (receiver.requests.at(-1) ?? '').split('\r\n\r\n');
  const kept = record!.events.at(-1)!.data as AttemptFacts & Partial<AttemptFailure>;
  return { row: row!, kept, lines: head.split('\r\n') };
}
const named = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.toLowerCase().startsWith(`${name}:`));

test("a tenant's User-Agent replaces ours, once", async () => {
  const { lines, kept } = await delivered(fixture.webhook(await receive(), { headers: { 'User-Agent': 'Shop/1.0' } }));
  expect(named(lines, 'user-agent')).toEqual(['User-Agent: Shop/1.0']);
  expect(kept.request.headers).toMatchObject({ 'User-Agent': 'Shop/1.0' });
  expect(Object.keys(kept.request.headers)).not.toContain('user-agent');
});

test('headers stored before their names were reserved replace none of ours', async () => {
  const headers = { 'Content-Type': 'text/plain', 'WEBHOOK-ID': '1', 'Signet-Attempt': '7' };
  const { lines, kept } = await delivered(fixture.webhook(await receive(), { headers }));
  expect(named(lines, 'content-type')).toEqual(['content-type: application/json']);
  expect(named(lines, 'webhook-id')).toEqual([`webhook-id: ${kept.request.headers['webhook-id']}`]);
  expect(named(lines, 'signet-attempt')).toEqual(['signet-attempt: 1']);
});

test('every header of the log is on the wire, and the other way round', async () => {
  const id = newId();
  const webhook = fixture.webhook(await receive(), {
    id,
    headers: { 'X-Shop': '12', 'x-key': 'stored in clear' },
    sealedHeaders: { 'X-Key': fixture.sealedHeader(id, 'X-Key', 'sealed later') },
    legacySignatureHeader: 'x-SHOP',
  });
  const { lines, kept } = await delivered(webhook);
  const ofConnection = ['host', 'connection', 'content-length'];
  const sent = lines.slice(1).map((line) => line.split(': ', 1)[0] ?? '');
  expect(sent.filter((name) => !ofConnection.includes(name)).toSorted()).toEqual(
    Object.keys(kept.request.headers).toSorted(),
  );
  expect(named(lines, 'x-key')).toEqual(['X-Key: sealed later']);
  expect(named(lines, 'x-shop')).toEqual([expect.stringMatching(/^x-SHOP: [0-9a-f]{64}$/)]);
  expect(kept.request.headers['X-Key']).toBe('***');
});

test.each([
  ["/hook?name=O'Brien", "/hook?name=O'Brien"],
  ['/hook?', '/hook?'],
  // Stored by an older version, which did not refuse it.
  ["/a/%2e%2e/hook?name=O'Brien", '/hook?name=O%27Brien'],
])('of the URL …%s the log shows what was sent: %s', async (registered, sent) => {
  const origin = await receive();
  const { lines, kept } = await delivered(fixture.webhook(origin + registered));
  expect(lines[0]).toBe(`POST ${sent} HTTP/1.1`);
  expect(kept.request.url).toBe(origin + sent);
});

test.each(Object.entries(oddResponses()))('a receiver that says 200 with %s has the message', async (fault, answer) => {
  const { row, kept } = await delivered(fixture.webhook(await receive(answer)));
  expect(row).toMatchObject({ status: 'SUCCESS', attemptCount: 1, responseStatusCode: 200, errorMessage: null });
  expect(kept.response).toMatchObject({ statusCode: 200, note: `The response is not valid HTTP/1.1 (${fault}).` });
});

test('a receiver that sends 500 in such a response has failed, and the record names both faults', async () => {
  const [, answer = ''] = Object.values(oddResponses('500 Failed'));
  const { row } = await delivered(fixture.webhook(await receive(answer)));
  expect(row).toMatchObject({
    status: 'RETRYING',
    errorClass: 'http_status',
    errorMessage: 'The receiver answered 500. The response is not valid HTTP/1.1 (more than one Content-Length).',
  });
});

test('a response in order has no note', async () => {
  const { kept } = await delivered(fixture.webhook(await receive()));
  expect(kept.response).not.toHaveProperty('note');
});
