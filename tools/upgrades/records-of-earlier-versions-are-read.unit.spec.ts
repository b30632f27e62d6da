import { describe, expect, test } from '@jest/globals';
import {
  countOfRequests,
  generationRecord,
  readApiKeySnapshot,
  readCanonical,
  readTenantSnapshot,
  readWebhookSnapshot,
  requestsOfRecord,
  WIRE_FORMATS,
} from '@signet/contracts';
import type { FormatName } from '@signet/contracts';
import { unpackedRecords } from '../../apps/delivery/src/shelf/shelved-records.ts';
import { isUnreadable, readOutcome } from '../../apps/registry/src/webhook/outcomes/webhook.outcome-record.ts';
import type { Recorded } from './recorded.ts';
import { recordedVersions } from './recorded.ts';
import { samples } from './samples.ts';

interface Bytes {
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
}

const bytesOf = ({ key, value, headers }: Recorded): Bytes => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value, 'base64'),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
});
const json = ({ value }: Bytes): unknown => JSON.parse(value.toString('utf8'));
const LIMITS = { earliest: 0, latest: Number.MAX_SAFE_INTEGER };

const requestIds = (record: Bytes) => requestsOfRecord(record)?.map((one) => one?.request.messageId);

/** How the services read each format, and what they must have found. */
const READ: Readonly<Record<FormatName, (record: Bytes) => void>> = {
  requests: (record) => expect(requestIds(record)).toEqual(['s-1']),
  'request-bundles': (record) => {
    expect(requestIds(record)).toEqual(['s-1', 's-2']);
    expect(countOfRequests(record.headers)).toBe(2);
  },
  outcomes: ({ value }) => {
    const outcome = readOutcome(value);
    expect(isUnreadable(outcome)).toBe(false);
    expect(outcome).toMatchObject({ attempt: 1, outcome: 'failed', statusCode: 500, cause: 'schedule' });
  },
  messages: ({ headers, value }) =>
    expect(readCanonical(headers, value, LIMITS as never)).toMatchObject({
      message: { id: 's-1', source: '/pos/1', tenantId: 'antwerp', subject: 'S-20318' },
    }),
  webhooks: (record) => expect(readWebhookSnapshot(json(record))).toMatchObject({ success: true }),
  tenants: (record) => expect(readTenantSnapshot(json(record))).toMatchObject({ id: 'antwerp', status: 'active' }),
  'api-keys': (record) => expect(readApiKeySnapshot(json(record)).role).not.toBeNull(),
  generations: (record) => expect(generationRecord.parse(json(record))).toMatchObject({ beat: 4711 }),
  'shelved-requests': ({ value }) => {
    const [record] = unpackedRecords(value);
    expect(record).toMatchObject({ offset: '4711', partition: 3 });
    expect(requestsOfRecord(record!)?.map((one) => one?.request.messageId)).toEqual(['s-1']);
  },
};

describe.each(Object.entries({ ...recordedVersions(), 'this version': samples() }))('what %s wrote', (_, records) => {
  test.each(records.map((record): [string, number, Recorded] => [record.format, record.number, record]))(
    '%s, format %i, is read',
    (_name, _number, record) => READ[record.format](bytesOf(record)),
  );
});

test('every format of this version has a sample, in every number that it reads', () => {
  const wanted = Object.entries(WIRE_FORMATS).flatMap(([name, { reads }]) =>
    reads.map((number) => `${name} ${number}`),
  );
  expect(
    samples()
      .map(({ format, number }) => `${format} ${number}`)
      .toSorted(),
  ).toEqual(wanted.toSorted());
});

test('the version before reads the formats that are written by default', () => {
  const before = recordedVersions()['0.2.0'] ?? [];
  const read = new Set(before.map(({ format, number }) => `${format} ${number}`));
  for (const [name, { writes }] of Object.entries(WIRE_FORMATS)) expect(read).toContain(`${name} ${writes}`);
});
