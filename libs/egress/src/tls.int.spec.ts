import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { expired, rawReceiver, respond, selfSigned, waitFor } from '@signet/testing';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

interface Trust {
  readonly trusted?: boolean;
}

const toLoopback = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

describe('TLS to a pinned address', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const secureReceiver = async (certificateFor: string, { trusted = true, ...options }: TlsOptions & Trust = {}) => {
    const identity = selfSigned(certificateFor);
    const tls = { ...identity, ...options };
    const receiver = await rawReceiver((socket) => respond(socket), { tls });
    const client = loopbackClient({ resolve: toLoopback, extraCertificates: trusted ? [identity.cert] : [] });
    closing.push(receiver.close, () => client.close());
    return { receiver, client, urlFor: (host: string) => `https://${host}:${receiver.port}/hook` };
  };

  test('goes to the address with the name in SNI, certificate and Host', async () => {
    const { receiver, client, urlFor } = await secureReceiver('hooks.example.com');
    const response = responseOf(await client.post(aRequest(urlFor('hooks.example.com'))));
    expect(response).toMatchObject({ statusCode: 200, address: '127.0.0.1' });
    expect(response.timings.tlsMs).toBeGreaterThan(0);
    expect((receiver.sockets[0] as TLSSocket & { servername?: string }).servername).toBe('hooks.example.com');
    expect(receiver.requests[0]).toContain(`host: hooks.example.com:${receiver.port}\r\n`);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('refuses in %s a certificate of another name', async (maxVersion) => {
    const { receiver, client, urlFor } = await secureReceiver('other.example.com', { maxVersion });
    // Twice: the session of the first handshake must not let the second one pass.
    for (let round = 0; round < 2; round++) {
      const failure = failureOf(await client.post(aRequest(urlFor('hooks.example.com'))));
      expect(failure.errorClass).toBe('tls');
      expect(failure.message).toBe(
        "The TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID): the certificate's subject alternative names (SAN) do not have the host of the URL.",
      );
    }
    expect(receiver.requests).toHaveLength(0);
  });

  test('refuses a certificate of an unknown authority', async () => {
    const { receiver, client, urlFor } = await secureReceiver('hooks.example.com', { trusted: false });
    expect(failureOf(await client.post(aRequest(urlFor('hooks.example.com')))).errorClass).toBe('tls');
    expect(receiver.requests).toHaveLength(0);
  });

  test('refuses a certificate whose time is over, even where it is trusted', async () => {
    const identity = expired('hooks.example.com');
    const { receiver, urlFor } = await secureReceiver('hooks.example.com', identity);
    const client = loopbackClient({ resolve: toLoopback, extraCertificates: [identity.cert] });
    closing.push(() => client.close());
    const failure = failureOf(await client.post(aRequest(urlFor('hooks.example.com'))));
    expect(failure).toMatchObject({ errorClass: 'tls', message: 'The TLS handshake failed (CERT_HAS_EXPIRED).' });
    expect(receiver.requests).toHaveLength(0);
  });

  test('refuses a certificate of a name where the URL has an address', async () => {
    const { receiver, client, urlFor } = await secureReceiver('hooks.example.com');
    expect(failureOf(await client.post(aRequest(urlFor('127.0.0.1')))).errorClass).toBe('tls');
    expect(receiver.requests).toHaveLength(0);
  });

  test('resumes the session of a verified connection', async () => {
    const { receiver, client, urlFor } = await secureReceiver('hooks.example.com');
    const request = aRequest(urlFor('hooks.example.com'));
    responseOf(await client.post(request));
    receiver.sockets[0]?.destroy();
    await waitFor(() => receiver.sockets[0]?.destroyed, { what: 'the first connection to end' });
    responseOf(await client.post(request));
    expect(receiver.sockets).toHaveLength(2);
    expect((receiver.sockets[1] as TLSSocket).isSessionReused()).toBe(true);
  });

  test('with a receiver that never shakes hands is given up when the time is over', async () => {
    const plain = await rawReceiver((socket) => respond(socket));
    const client = loopbackClient();
    closing.push(plain.close, () => client.close());
    const request = aRequest(`https://127.0.0.1:${plain.port}/`, { timeoutMs: 1_000 });
    // The receiver waits for the end of a request head that never comes.
    const failure = failureOf(await client.post(request));
    expect(failure).toMatchObject({ errorClass: 'timeout' });
    expect(failure.message).toContain('during the TLS handshake');
    await waitFor(() => plain.sockets.every((socket) => socket.destroyed), { what: 'the handshake to be given up' });
  });

  test('with a receiver that speaks something else is a TLS failure', async () => {
    const talker = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('220 mail.example.com ESMTP\r\n'),
    );
    await new Promise<void>((listening) => talker.listen(0, '127.0.0.1', listening));
    const client = loopbackClient();
    closing.push(
      () => client.close(),
      async () => void talker.close(),
    );
    const { port } = talker.address() as AddressInfo;
    const failure = failureOf(await client.post(aRequest(`https://127.0.0.1:${port}/`)));
    expect(failure).toMatchObject({ errorClass: 'tls', message: expect.not.stringContaining('mail') });
  });
});
