import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { fullPipe } from './support/installation/full-pipe.ts';
import type { FullPipe } from './support/installation/full-pipe.ts';
import { Replica } from './support/installation/replica.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const SETTINGS = {
  SIGNET_SEALING_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
  SIGNET_OPERATOR_KEY: `operator-${randomBytes(24).toString('hex')}`,
};
/** Enough webhooks that each of two replicas has some of them. */
const WEBHOOKS = 12;

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let pipe: FullPipe;
let unheard: Replica;

beforeAll(async () => {
  pipe = fullPipe();
  [signet, receiver] = await Promise.all([Signet.start(SETTINGS), RecordingReceiver.start()]);
  local = await signet.local();
  for (let n = 0; n < WEBHOOKS; n += 1) await Api.tenant(local).register(`${receiver.url}/${n}`);
  unheard = await Replica.start(signet, 'delivery', { ...SETTINGS, SIGNET_LOG_LEVEL: 'debug' }, pipe.end);
});
afterAll(async () => {
  await unheard?.kill();
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
  pipe?.close();
});

/** Sum of the series of a metric of this replica. */
async function metric(name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${unheard.managementPort}/metrics`)).text();
  const series = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
  return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('a replica whose stdout is not read joins, delivers and ends like any other', async () => {
  await waitFor(async () => (await metric('signet_delivery_owned_partitions')) > 0, { what: 'partitions of its own' });
  for (const id of ['first', 'second', 'third']) await Api.producer(local).publish(local.tenantId, id);
  await waitFor(() => receiver.requests.length === 3 * WEBHOOKS, { what: 'every delivery' });
  const delivered = async () => (await metric('signet_delivery_attempts_total', 'outcome="succeeded"')) > 0;
  await waitFor(delivered, { what: 'deliveries of its own' });
  expect(await unheard.stop()).toBe(0);
});
