import { afterEach, expect, test } from '@jest/globals';
import { rawReceiver, respond, selfSigned } from '@signet/testing';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** POSTs to a host whose receiver shows a certificate with this common name and these subject alternative names. */
async function post(host: string, commonName: string, altNames: readonly string[]) {
  const identity = selfSigned(commonName, {}, altNames);
  const receiver = await rawReceiver((socket) => respond(socket), { tls: identity });
  const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const client = loopbackClient({ resolve, extraCertificates: [identity.cert] });
  closing.push(receiver.close, () => client.close());
  const result = await client.post(aRequest(`https://${host}:${receiver.port}/hook`));
  return { result, receiver };
}

test.each([
  ['hooks.example.com', ['hooks.example.com']],
  ['HOOKS.example.com', ['hooks.EXAMPLE.com']],
  ['hooks.example.com.', ['hooks.example.com']],
  ['hooks.example.com', ['*.example.com']],
  ['hooks.example.com', ['other.example.com', '10.0.0.1', 'hooks.example.com']],
  ['bücher.example', ['xn--bcher-kva.example']],
  ['127.0.0.1', ['127.0.0.1']],
])('%s is named by the alternative names %j, whatever the common name', async (host, altNames) => {
  const { result } = await post(host, 'unrelated.example', altNames);
  expect(responseOf(result).statusCode).toBe(200);
});

test.each([
  ['hooks.example.com', 'hooks.example.com'],
  ['127.0.0.1', '127.0.0.1'],
])('%s is not named by the common name alone, and the sentence says so', async (host, commonName) => {
  const { result, receiver } = await post(host, commonName, []);
  expect(failureOf(result)).toMatchObject({
    errorClass: 'tls',
    message:
      'The TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID): the certificate has no subject alternative name (SAN), and a common name (CN) alone does not count.',
  });
  expect(receiver.requests).toHaveLength(0);
});

test.each([
  // The common name does not count, not even where the alternative names have only an address: Node's own check would use it then.
  ['hooks.example.com', ['10.0.0.1']],
  ['hooks.example.com', ['other.example.com']],
  ['hooks.example.com', ['example.com']],
  ['a.hooks.example.com', ['*.example.com']],
  ['example.com', ['*.example.com']],
  ['hooks.example.com', ['ho*.example.com']],
  ['hooks.example.com', ['*ks.example.com']],
  ['hooks.example.com', ['hooks.*.com']],
  ['hooks.example.com', ['*']],
  ['example.com', ['*.com']],
  ['127.0.0.1', ['*.0.0.1']],
])('%s is not named by the alternative names %j, although it is the common name', async (host, altNames) => {
  const { result, receiver } = await post(host, host, altNames);
  const failure = failureOf(result);
  expect(failure.errorClass).toBe('tls');
  expect(failure.message).toContain('(SAN) do not have the host of the URL');
  expect(receiver.requests).toHaveLength(0);
});
