import { afterAll, beforeAll, expect } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import type { Case } from './support/receivers/judges.ts';
import { JUDGES } from './support/receivers/judges.ts';
import { hasProgram, run, testWith } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let secret: string;

const hasKcat = hasProgram('kcat', '-V');
const DATA = '{"saleId":"binary-1","total":1.10,"serial":12345678901234567890}';
const TIME = new Date().toISOString();

beforeAll(async () => {
  [signet, receiver] = await Promise.all([Signet.start(), RecordingReceiver.start()]);
  local = await signet.local();
  ({ secret } = await Api.tenant(local).register(`${receiver.url}/hook`));
  await Api.producer(local).publish(local.tenantId, 'http-1');
  if (!hasKcat) return;
  const attributes = { ce_specversion: '1.0', ce_id: 'binary-1', ce_source: '/e2e', ce_type: 'sale.created' };
  const tenant = { ce_time: TIME, ce_tenantid: local.tenantId };
  kcat(DATA, { ...attributes, ...tenant, 'content-type': 'application/json' });
  kcat(JSON.stringify(saleCreated(local.tenantId, 'structured-1')), { 'content-type': 'application/cloudevents+json' });
});
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
});

const withKcat = testWith(hasKcat);
const arrivalOf = (saleId: string): Promise<ReceivedRequest> =>
  waitFor(() => receiver.requests.find(({ body }) => body.includes(`"${saleId}"`)), { what: `sale ${saleId}` });

/** Sends an event with kcat, which knows nothing of Signet: bytes and headers to a topic. */
function kcat(value: string, headers: Record<string, string>): void {
  const headerArgs = Object.entries(headers).flatMap(([name, text]) => ['-H', `${name}=${text}`]);
  run('kcat', ['-P', '-b', local.kafkaBrokers, '-t', 'shop.sale', ...headerArgs], value);
}

withKcat('a CloudEvent in binary mode arrives, its data byte for byte', async () => {
  const request = await arrivalOf('binary-1');
  expect(request.body.toString()).toBe(`{"type":"sale.created","timestamp":"${TIME}","data":${DATA}}`);
});

withKcat('a CloudEvent in structured mode arrives', async () => {
  const { body } = await arrivalOf('structured-1');
  expect(JSON.parse(body.toString())).toMatchObject({ type: 'sale.created', data: { saleId: 'structured-1' } });
});

const other = (text: string, index: number): string => {
  const replacement = text.at(index) === '0' ? '1' : '0';
  return text.slice(0, index) + replacement + text.slice(index + 1);
};

/** The request as it came, and copies of it with one byte of one signed part changed. */
function variants({ body, headers }: ReceivedRequest): [what: string, accepted: boolean, variant: Case][] {
  const text = body.toString();
  const variant = (bodyText: string, changes: Record<string, string> = {}): Case => ({
    secret,
    body: bodyText,
    headers: { ...headers, ...changes },
  });
  const [id, timestamp] = [headers['webhook-id'] ?? '', headers['webhook-timestamp'] ?? ''];
  return [
    ['as it came', true, variant(text)],
    ['the first byte of the body', false, variant(other(text, 0))],
    ['a byte in the middle of the body', false, variant(other(text, Math.floor(text.length / 2)))],
    ['the last byte of the body', false, variant(other(text, text.length - 1))],
    ['one byte less of the body', false, variant(text.slice(0, -1))],
    ['a byte of the id', false, variant(text, { 'webhook-id': other(id, id.length - 1) })],
    ['one byte more of the id', false, variant(text, { 'webhook-id': `${id}0` })],
    ['a byte of the timestamp', false, variant(text, { 'webhook-timestamp': other(timestamp, timestamp.length - 1) })],
  ];
}

for (const { name, isHere, judge } of JUDGES) {
  for (const [mode, saleId, isThere] of [
    ['over HTTP', 'http-1', true],
    ['by kcat in binary mode', 'binary-1', hasKcat],
    ['by kcat in structured mode', 'structured-1', hasKcat],
  ] as const) {
    testWith(isHere && isThere)(
      `the library of ${name} accepts what was sent ${mode}, and refuses it when one byte of body, id or timestamp is changed`,
      async () => {
        const cases = variants(await arrivalOf(saleId));
        const verdicts = judge(cases.map(([, , variant]) => variant));
        expect(cases.map(([what], index) => [what, verdicts[index]])).toEqual(
          cases.map(([what, accepted]) => [what, accepted]),
        );
      },
    );
  }
}
