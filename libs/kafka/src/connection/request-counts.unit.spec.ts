import { expect, test } from '@jest/globals';
import type { RequestEvent } from 'kafkajs';
import { countRequest, kafkaRequests, REQUEST_KINDS } from './request-counts.ts';

const answered = (apiName: string): void => countRequest({ payload: { apiName } } as RequestEvent);

test('answered requests are counted by kind, and those of no kind of their own together', () => {
  const before = kafkaRequests();
  ['Produce', 'Fetch', 'Fetch', 'OffsetCommit', 'Heartbeat', 'Metadata', 'JoinGroup', 'ApiVersions'].forEach(answered);
  const after = kafkaRequests();
  expect(REQUEST_KINDS.map((kind) => [kind, after[kind] - before[kind]])).toEqual([
    ['produce', 1],
    ['fetch', 2],
    ['commit', 1],
    ['heartbeat', 1],
    ['metadata', 1],
    ['other', 2],
  ]);
});
