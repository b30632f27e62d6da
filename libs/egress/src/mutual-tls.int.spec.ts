import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { expired, rawReceiver, respond, selfSigned } from '@signet/testing';
import { checkClientCertificate } from './tls/client-certificate.ts';
import { ClientIdentity } from './tls/client-identity.ts';
import type { EgressClient } from './egress-client.ts';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

const HOST = 'hooks.example.com';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const identityOf = ({ cert, key }: { cert: string; key: string }): ClientIdentity => new ClientIdentity(cert, key);
const [ours, theirs] = [selfSigned('signet.example.com'), selfSigned('stranger.example.com')];

/** A receiver that accepts only our certificate, and answers with the common name of the client's certificate. */
async function askingReceiver(maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const server = selfSigned(HOST);
  const tls = { ...server, requestCert: true, rejectUnauthorized: true, ca: [ours.cert], maxVersion };
  const receiver = await rawReceiver(
    (socket) => respond(socket, String((socket as TLSSocket).getPeerCertificate().subject?.CN)),
    { tls },
  );
  const client: EgressClient = loopbackClient({
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    extraCertificates: [server.cert],
  });
  closing.push(receiver.close, () => client.close());
  const post = (identity?: ClientIdentity) =>
    client.post(aRequest(`https://${HOST}:${receiver.port}/hook`, { identity }));
  return { receiver, client, post };
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a receiver that asks in %s gets the certificate', async (version) => {
  const { post } = await askingReceiver(version);
  expect(responseOf(await post(identityOf(ours))).body.toString()).toBe('signet.example.com');
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('no trusted certificate: a failure of TLS in %s', async (version) => {
  const { receiver, post } = await askingReceiver(version);
  for (const identity of [undefined, identityOf(theirs)]) {
    // A receiver that hangs up at once may be faster than its alert.
    expect(['tls', 'reset']).toContain(failureOf(await post(identity)).errorClass);
  }
  expect(receiver.requests).toHaveLength(0);
});

test('a connection of one identity, and its TLS session, never serve another', async () => {
  const { receiver, post } = await askingReceiver();
  const identity = identityOf(ours);
  responseOf(await post(identity));
  responseOf(await post(identity));
  expect(receiver.sockets).toHaveLength(1);
  expect(['tls', 'reset']).toContain(failureOf(await post()).errorClass);
  expect(['tls', 'reset']).toContain(failureOf(await post(identityOf(theirs))).errorClass);
  // The same certificate, in another identity.
  responseOf(await post(identityOf(ours)));
  expect(receiver.requests).toHaveLength(3);
  const reused = receiver.sockets.map((socket) => (socket as TLSSocket).isSessionReused());
  expect(reused.every((isReused) => !isReused)).toBe(true);
});

test('a receiver that does not ask, or has no TLS, gets nothing of it', async () => {
  const plain = await rawReceiver((socket) => respond(socket));
  const client = loopbackClient();
  closing.push(plain.close, () => client.close());
  responseOf(await client.post(aRequest(plain.url, { identity: identityOf(ours) })));
  responseOf(await client.post(aRequest(plain.url)));
  expect(plain.sockets).toHaveLength(1);
});

test('a certificate that does not fit its key is refused before anything is sent, and the key is not shown', async () => {
  const { receiver, post } = await askingReceiver();
  const broken = new ClientIdentity(ours.cert, theirs.key);
  expect(failureOf(await post(broken))).toMatchObject({ errorClass: 'invalid_request' });
  expect(receiver.sockets).toHaveLength(0);
  expect(JSON.stringify(broken)).not.toContain('PRIVATE');
});

test('a certificate with its key is known by names, fingerprint and end', () => {
  const checked = checkClientCertificate(
    { certificate: `our own:\n${ours.cert}${theirs.cert}`, key: ours.key },
    new Date(),
  );
  expect(checked).toEqual({
    ok: true,
    certificate: ours.cert + theirs.cert,
    key: ours.key,
    facts: {
      subject: 'CN=signet.example.com',
      issuer: 'CN=signet.example.com',
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      expiresAt: expect.stringMatching(/Z$/),
    },
  });
});

test.each([
  ['no certificate', { ...ours, cert: 'nonsense' }, 'certificate', 'certificate'],
  ['a broken one', { ...ours, cert: ours.cert.replace(/[A-Z]{4}/, '----') }, 'certificate', 'certificate'],
  ['a key in its place', { ...ours, cert: ours.key }, 'certificate', 'certificate'],
  ['too many', { ...ours, cert: ours.cert.repeat(6) }, 'certificate', 'too_many'],
  ['one whose time is over', expired('signet.example.com'), 'certificate', 'expired'],
  ['no key', { ...ours, key: 'nonsense' }, 'key', 'key'],
  ['the key of another', { ...ours, key: theirs.key }, 'key', 'mismatch'],
])('%s is refused', (_name, { cert, key }, part, rule) => {
  expect(checkClientCertificate({ certificate: cert, key }, new Date())).toMatchObject({ ok: false, part, rule });
});
