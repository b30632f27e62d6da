import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { rawReceiver, respond, selfSigned, waitFor } from '@signet/testing';
import type { Identity, RawReceiver } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const server = selfSigned('bank.example');
const [ours, theirs] = [selfSigned('signet.example'), selfSigned('other.example')];
let fixture: DispatchFixture;
let receiver: RawReceiver;
let service: DispatchService;

beforeEach(async () => {
  const tls = { ...server, requestCert: true, rejectUnauthorized: true, ca: [ours.cert, theirs.cert] };
  const nameOf = (socket: unknown): string => String((socket as TLSSocket).getPeerCertificate().subject.CN);
  receiver = await rawReceiver((socket) => respond(socket, nameOf(socket)), { tls });
  fixture = await DispatchFixture.create({
    egress: {
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      extraCertificates: [server.cert],
    },
  });
  service = await fixture.serve();
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

/** A webhook at the receiver that shows this certificate. */
function webhookWith(identity: Identity | null, id = newId(), version = 1): WebhookSnapshot {
  const url = `https://bank.example:${receiver.port}/hook`;
  const clientCertificate = identity && {
    sealed: fixture.sealedIdentity(id, { certificate: identity.cert, key: identity.key }),
    fingerprint: new X509Certificate(identity.cert).fingerprint256,
  };
  return fixture.webhook(url, { id, version, clientCertificate });
}
const answersOf = async (webhook: WebhookSnapshot): Promise<(string | null)[]> => {
  const rows = await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 100);
  const records = await Promise.all(rows.map(({ id }) => fixture.reader.find(id, null)));
  return records.map((record) => {
    const last = record!.events.at(-1)!;
    return last.type === 'DeliveryAttemptSucceeded' ? last.data.response!.body : null;
  });
};

/** A handshake may take longer on a busy machine than Kafka is kept waiting: then what is durable is not sent yet. */
const untilAnswered = (webhook: WebhookSnapshot, answers: readonly string[]): Promise<unknown> =>
  waitFor(async () => (await answersOf(webhook)).every((body) => body !== null), { what: 'every answer' }).then(
    async () => expect((await answersOf(webhook)).toSorted()).toEqual(answers),
  );

test('each webhook shows its own certificate, over connections of its own', async () => {
  const [first, second] = [webhookWith(ours), webhookWith(theirs)];
  await Promise.all([first, second].map((one) => service.intake.take(requestBatch(one, ['m-1', 'm-2', 'm-3']))));
  await untilAnswered(first, Array(3).fill('signet.example'));
  await untilAnswered(second, Array(3).fill('other.example'));
});

test('without one the delivery fails, and arrives at once when the webhook gets one', async () => {
  const webhook = webhookWith(null);
  await service.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3', 'm-4', 'm-5', 'm-6']));
  await waitFor(() => service.circuits.state(webhook.id) !== 'closed', { what: 'the circuit to open' });
  const [row] = await fixture.reader.list({ tenantId: null }, null, 1);
  expect(['tls', 'reset']).toContain(row?.errorClass);
  webhookWith(ours, webhook.id, 2);
  await waitFor(async () => (await answersOf(webhook)).every((body) => body === 'signet.example'), {
    what: 'all to arrive',
  });
});

test('another certificate in its place is shown from the next attempt on', async () => {
  const webhook = webhookWith(ours);
  await service.intake.take(requestBatch(webhook, ['m-1']));
  await untilAnswered(webhook, ['signet.example']);
  webhookWith(theirs, webhook.id, 2);
  await service.intake.take(requestBatch(webhook, ['m-2']));
  await untilAnswered(webhook, ['other.example', 'signet.example']);
});
