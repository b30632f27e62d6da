import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest } from '@signet/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Api, saleCreated } from './support/api.ts';
import { hasProgram, run, testWith } from './support/programs.ts';
import { Signet } from './support/signet.ts';
import type { LocalFile } from './support/signet.ts';

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let secret: string;

beforeAll(async () => {
  [signet, receiver] = await Promise.all([Signet.start(), RecordingReceiver.start()]);
  local = await signet.local();
  ({ secret } = await Api.tenant(local).register(`${receiver.url}/hook`));
}, 180_000);
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
}, 60_000);

const withKcat = testWith(hasProgram('kcat', '-V'));
const arrivalOf = (saleId: string): Promise<ReceivedRequest> =>
  waitFor(() => receiver.requests.find(({ body }) => body.includes(`"${saleId}"`)), { what: `sale ${saleId}` });

/** kcat knows nothing of us: it sends bytes and headers to a topic. */
function kcat(value: string, headers: Record<string, string>): void {
  const headerArgs = Object.entries(headers).flatMap(([name, text]) => ['-H', `${name}=${text}`]);
  run('kcat', ['-P', '-b', local.kafkaBrokers, '-t', 'shop.sale', ...headerArgs], value);
}

withKcat('a CloudEvent in binary mode arrives signed, its data byte for byte', async () => {
  const data = '{"saleId":"binary-1","total":1.10,"serial":12345678901234567890}';
  const { specversion, id, source, type, time, tenantid } = saleCreated(local.tenantId, 'binary-1') as Record<
    string,
    string
  >;
  const attributes = { specversion, id, source, type, time, tenantid };
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text as string]));
  kcat(data, { ...headers, 'content-type': 'application/json' });
  const request = await arrivalOf('binary-1');
  expect(request.body.toString()).toBe(`{"type":"sale.created","timestamp":"${time}","data":${data}}`);
  expect(new StandardWebhook(secret).verify(request.body.toString(), request.headers)).toMatchObject({
    type: 'sale.created',
  });
});

withKcat('a CloudEvent in structured mode arrives signed', async () => {
  kcat(JSON.stringify(saleCreated(local.tenantId, 'structured-1')), { 'content-type': 'application/cloudevents+json' });
  const request = await arrivalOf('structured-1');
  const verified = new StandardWebhook(secret).verify(request.body.toString(), request.headers);
  expect(verified).toMatchObject({ type: 'sale.created', data: { saleId: 'structured-1' } });
});

/** The request with one byte of one signed part changed. */
const changed = (request: ReceivedRequest): [part: string, body: string, headers: Record<string, string>][] => {
  const body = request.body.toString();
  const timestamp = Number(request.headers['webhook-timestamp']);
  return [
    ['body', body.replace('sale.created', 'sale.creates'), { ...request.headers }],
    ['id', body, { ...request.headers, 'webhook-id': `${request.headers['webhook-id']}x` }],
    ['timestamp', body, { ...request.headers, 'webhook-timestamp': String(timestamp + 1) }],
  ];
};

test('the npm package refuses a signature when one byte of body, id or timestamp is changed', async () => {
  await Api.producer(local).publish(local.tenantId, 'npm-1');
  const request = await arrivalOf('npm-1');
  const judge = new StandardWebhook(secret);
  judge.verify(request.body.toString(), request.headers);
  for (const [part, body, headers] of changed(request)) {
    expect({ part, refused: throws(() => judge.verify(body, headers)) }).toEqual({ part, refused: true });
  }
});

const PYTHON_JUDGE = `
import json, sys
from standardwebhooks.webhooks import Webhook
case = json.load(sys.stdin)
try:
    Webhook(case["secret"]).verify(case["body"], case["headers"])
    print("accepted")
except Exception as error:
    print("refused")
`;
const withPython = testWith(hasProgram('python3', '-c', 'import standardwebhooks'));

withPython('the PyPI package accepts the signature, and refuses it when one byte is changed', async () => {
  await Api.producer(local).publish(local.tenantId, 'pypi-1');
  const request = await arrivalOf('pypi-1');
  const judge = (body: string, headers: Readonly<Record<string, string>>): string =>
    run('python3', ['-c', PYTHON_JUDGE], JSON.stringify({ secret, body, headers })).trim();
  expect(judge(request.body.toString(), request.headers)).toBe('accepted');
  for (const [part, body, headers] of changed(request)) {
    expect({ part, verdict: judge(body, headers) }).toEqual({ part, verdict: 'refused' });
  }
});

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
