import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settings } from './config.ts';
import { BAD_EVENTS } from './testing/bad-events.ts';
import { TestIngestion } from './testing/ingestion.ts';

const guide = readFileSync(new URL('../../../docs/guides/producing.md', import.meta.url), 'utf8');
/** The tenant of the guide. */
const TENANT = 'antwerp';
let ingestion: TestIngestion;
let key: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  await ingestion.newTenant('active', TENANT);
  ({ key } = await ingestion.newKey({ role: 'producer' }));
});
afterAll(() => ingestion.stop());

const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

/** A request and its answer: headers, body, and after empty lines the status with the JSON of the answer, if any. */
const requests = blocks('http').map((text) => {
  const [head = '', body = '', answer = ''] = text.split('\n\n');
  const headers = head
    .split('\n')
    .slice(1)
    .map((line) => line.split(': '));
  const [, status, json] = /^(\d{3})\n(.*)$/s.exec(answer) ?? [];
  return { headers: Object.fromEntries(headers) as Record<string, string>, body, status: Number(status), json };
});

test('it shows each mode of HTTP, and an error', () =>
  expect(requests.map(({ status }) => status)).toEqual([202, 202, 207, 422]));

test.each(requests)('a request of it is answered as it says: $status', async ({ headers, body, status, json }) => {
  const answer = await ingestion.post({ headers, body }, key);
  expect(answer.status).toBe(status);
  if (json) expect(answer.json).toMatchObject(JSON.parse(json) as object);
});

test('it names every reason, with its status', () => {
  const named = [...guide.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (\d{3})? ?\| /gm)].flatMap(([, names = '']) =>
    names.split(', ').map((name) => name.replaceAll('`', '')),
  );
  expect(named).toEqual(expect.arrayContaining([...new Set(BAD_EVENTS.map(({ reason }) => reason))]));
});

test('its limits are those of the settings', () => {
  const inWords = (number: number | string | undefined): string => Number(number).toLocaleString('en-GB');
  const { SIGNET_MAX_MESSAGE_BYTES, SIGNET_MAX_BATCH_EVENTS, SIGNET_RATE_LIMIT } = settings;
  for (const { default: limit } of [SIGNET_MAX_MESSAGE_BYTES, SIGNET_MAX_BATCH_EVENTS, SIGNET_RATE_LIMIT])
    expect(guide).toContain(`| ${inWords(limit)} `);
});

test('a body may have as many bytes as it says, and no more', async () => {
  const [, bytes = ''] = /^\| body of one request +\| ([\d,]+) bytes/m.exec(guide) ?? [];
  const limit = Number(bytes.replaceAll(',', ''));
  const post = (length: number) =>
    ingestion.post({ headers: { 'content-type': 'application/json' }, body: ' '.repeat(length) }, key);
  expect(await post(limit)).toMatchObject({ status: 400, json: { code: 'malformed_event' } });
  expect(await post(limit + 1)).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
});
