import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { selfSigned } from '@signet/testing';

const TRUST_STORE = new URL('../../dist/tls/trust-store.js', import.meta.url).href;
/** What a service sees: its own trust store, and whether it reaches a receiver whose authority stands in the bundle. */
const PROGRAM = `
  import { request } from 'node:https';
  import { trustStoreFault } from '${TRUST_STORE}';
  const reached = await new Promise((resolve) => {
    request(process.env.RECEIVER, { servername: 'receiver.example' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', (error) => resolve(error.code)).end();
  });
  console.log(JSON.stringify({ fault: trustStoreFault(), reached }));
`;

const identity = selfSigned('receiver.example');
let folder: string;
let receiver: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-trust-'));
  receiver = createServer(identity, (request, response) => {
    request.resume();
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(() => {
  receiver.close();
  rmSync(folder, { recursive: true });
});

interface Seen {
  readonly fault: string | null;
  readonly reached: number | string;
}

/** A process of its own: Node reads its certificates once, at the start. */
async function seenWith(env: Record<string, string>, flags: readonly string[] = []): Promise<Seen> {
  const { port } = receiver.address() as AddressInfo;
  const args = [...flags, '--input-type=module', '--eval', PROGRAM];
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { env: { RECEIVER: `https://127.0.0.1:${port}/`, ...env } }, (error, out, said) =>
      error ? reject(new Error(said, { cause: error })) : resolve(out),
    );
  });
  return JSON.parse(stdout) as Seen;
}

function bundle(content: string): string {
  const file = join(folder, `${crypto.randomUUID()}.pem`);
  writeFileSync(file, content);
  return file;
}

test('a bundle that is read is no fault, and its receivers are reached', async () => {
  const file = bundle(identity.cert);
  expect(await seenWith({ NODE_EXTRA_CA_CERTS: file })).toEqual({ fault: null, reached: 200 });
});

test('no bundle is no fault: a receiver with a certificate of its own making is its own fault', async () => {
  expect(await seenWith({})).toEqual({ fault: null, reached: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test.each([
  ['does not exist', () => join(folder, 'nowhere.pem')],
  ['is empty', () => bundle('')],
  ['holds no certificate', () => bundle('-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n')],
])('a bundle that %s is a fault, which names it', async (_, fileOf) => {
  const file = fileOf();
  expect(await seenWith({ NODE_EXTRA_CA_CERTS: file })).toEqual({
    fault: `NODE_EXTRA_CA_CERTS names ${file}, but no certificate could be read from it.`,
    reached: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
});

test('a machine that trusts no authority is a fault', async () => {
  const env = { SSL_CERT_FILE: bundle(''), SSL_CERT_DIR: folder };
  expect(await seenWith(env, ['--use-openssl-ca'])).toMatchObject({
    fault: 'No authority is trusted: the certificate bundle is empty or was not read.',
  });
});
