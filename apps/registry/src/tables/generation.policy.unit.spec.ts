import { expect, test } from '@jest/globals';
import type { GenerationRecord } from '@signet/contracts';
import type { SeenTables, StoredTables } from './generation.policy.ts';
import { nextGeneration, reasonForNewGeneration } from './generation.policy.ts';

const TOPIC = 'registry.webhooks.v1';
const stored: StoredTables = {
  generation: 5,
  completed: 5,
  heartbeat: 40,
  server: '7/00000001/16384',
  relayPosition: '900/12',
  places: { [TOPIC]: { begin: 0, offset: 100 } },
};
const mark = (fields: Partial<GenerationRecord> = {}): GenerationRecord => ({
  generation: 5,
  beat: 40,
  at: '2026-03-01T10:00:00Z',
  begin: 0,
  ...fields,
});
const seen = (fields: Partial<SeenTables> = {}): SeenTables => ({
  server: '7/00000001/16384',
  relayPosition: '900/12',
  topics: new Map([[TOPIC, { begin: 0, end: 101 }]]),
  marks: new Map([[TOPIC, mark()]]),
  ...fields,
});
const bounds = (begin: number, end: number) => ({ topics: new Map([[TOPIC, { begin, end }]]) });
const marked = (fields: Partial<GenerationRecord>) => ({ marks: new Map([[TOPIC, mark(fields)]]) });

test.each<[what: string, StoredTables, SeenTables]>([
  ['nothing has changed', stored, seen()],
  ['this replica has published since', stored, seen({ marks: undefined, relayPosition: '950/1' })],
  ['it was killed between the database and Kafka', { ...stored, heartbeat: 41 }, seen()],
])('what lies on Kafka stays when %s', (_what, before, now) => {
  expect(reasonForNewGeneration(before, now)).toBeUndefined();
});

test.each<[what: string, StoredTables | undefined, SeenTables, RegExp]>([
  ['the first start', undefined, seen(), /not published a generation yet/],
  ['a generation that was not finished', { ...stored, generation: 6 }, seen(), /not finished/],
  ['a topic that is gone', stored, seen({ topics: new Map([[TOPIC, undefined]]) }), /is not there/],
  ['a topic that is new', { ...stored, places: {} }, seen(), /nothing has been published to/],
  ['an emptied topic', stored, seen(bounds(101, 101)), /begins at offset 101 and began at 0/],
  ['a topic that was made anew', stored, seen(bounds(0, 3)), /ends at offset 3 and ended at 101: it was made anew/],
  ['another PostgreSQL, or another timeline of it', stored, seen({ server: '7/00000002/16384' }), /was restored/],
  ['a heartbeat that the database does not know', stored, seen(marked({ beat: 41 })), /only 40: .* earlier time/],
  ['a generation that the database does not know', stored, seen(marked({ generation: 6 })), /earlier time/],
  ['no generation record', stored, seen({ marks: new Map([[TOPIC, undefined]]) }), /no generation record/],
  [
    'changes that another replica has published since',
    stored,
    seen({ relayPosition: '901/1' }),
    /after the last heartbeat/,
  ],
])('everything is published once more after %s', (_what, before, now, reason) => {
  expect(reasonForNewGeneration(before, now)).toMatch(reason);
});

test('a new generation is later than each that is known, also where the clock was set back', () => {
  expect(nextGeneration(1_000, [5, 7])).toBe(1_000);
  expect(nextGeneration(1_000, [5, 1_700])).toBe(1_701);
});
