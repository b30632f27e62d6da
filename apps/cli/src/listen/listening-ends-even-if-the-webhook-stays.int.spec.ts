import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver } from '@signet/testing';
import type { ReceivedRequest, ReceiverAnswer } from '@signet/testing';
import { Readable } from 'node:stream';
import { run } from '../program.ts';
import type { Surroundings } from '../session/session.ts';

const WEBHOOK = { id: 'w-1', secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' };

const json = (status: number, body: object): ReceiverAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** Signet, which registers a webhook and then fails to delete it. */
function answerTo({ method }: ReceivedRequest): ReceiverAnswer {
  if (method === 'GET') return json(200, { data: [], nextCursor: null });
  if (method === 'POST') return json(201, WEBHOOK);
  return json(503, { code: 'service_unavailable', detail: 'The registry is not running at the moment.' });
}

let signet: RecordingReceiver;
beforeEach(async () => void (signet = await RecordingReceiver.start({ respond: answerTo })));
afterEach(() => signet.close());

test('signet listen frees its port, names the webhook that is left, and ends with 1', async () => {
  const stderr: string[] = [];
  const into = (lines: string[]): NodeJS.WriteStream =>
    ({ write: (text: string) => lines.push(text) > 0 }) as unknown as NodeJS.WriteStream;
  const surroundings: Surroundings = {
    env: { XDG_CONFIG_HOME: '/nowhere', SIGNET_URL: signet.url, SIGNET_API_KEY: 'sgn_tn_secret' },
    stdin: Readable.from([]) as unknown as Surroundings['stdin'],
    stdout: into([]),
    stderr: into(stderr),
    clock: () => new Date('2026-11-23T20:00:00Z'),
    stopped: () => AbortSignal.abort(),
  };
  expect(await run(['listen', '--port', '1', '--events', 'sale.created'], surroundings)).toBe(1);
  expect(stderr.join('')).toContain('The temporary webhook is still there. Delete it: signet webhooks delete w-1');
  const registered = signet.requests.find(({ method }) => method === 'POST');
  const { url } = JSON.parse(String(registered?.body)) as { url: string };
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});
