import { describe, expect, test } from '@jest/globals';
import { framesOf } from './frames.ts';
import { ownerOf } from './owner-of-frame.policy.ts';
import { selfMicros, timesOf } from './self-time.ts';
import type { CpuProfile } from './self-time.ts';
import { timesReport } from './times-report.ts';

const ROOT = '/work/signet';
const frame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: '1',
  lineNumber: 0,
  columnNumber: 0,
});
const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: frame(functionName, url),
  children,
});

/** root → tick → send (undici); tick → garbage collector; idle. In microseconds: tick 2,000, send 3,000, collector 1,000, idle 4,000. */
const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 5]),
    node(2, 'tick', 'file:///work/signet/apps/delivery/dist/scheduler/scheduler.js', [3, 4]),
    node(3, 'send', 'file:///work/signet/node_modules/undici/lib/dispatcher/client.js'),
    node(4, '(garbage collector)', ''),
    node(5, '(idle)', ''),
  ],
  startTime: 100_000,
  endTime: 110_000,
  samples: [2, 3, 4, 5],
  timeDeltas: [0, 2_000, 3_000, 1_000],
};

describe('the time of a profile is shared out by whose code it was', () => {
  test('a sample counts until the next one, and the last one until the end', () => {
    expect([...selfMicros(PROFILE)]).toEqual([
      [1, 0],
      [2, 2_000],
      [3, 3_000],
      [4, 1_000],
      [5, 4_000],
    ]);
  });

  test('two samples in the wrong order do not make time negative', () => {
    const spent = selfMicros({ ...PROFILE, timeDeltas: [0, 2_000, -500, 4_500] });
    expect([...spent.values()].every((micros) => micros >= 0)).toBe(true);
  });

  test('shares are of the time in which the process was not idle, the largest first', () => {
    const { busyMicros, idleMicros, owners } = timesOf(PROFILE, ROOT);
    expect([busyMicros, idleMicros]).toEqual([6_000, 4_000]);
    expect(owners).toEqual([
      { owner: 'undici', micros: 3_000, share: 0.5 },
      { owner: 'apps/delivery/src/scheduler', micros: 2_000, share: 2 / 6 },
      { owner: '(garbage collector)', micros: 1_000, share: 1 / 6 },
    ]);
  });

  test('a profile without samples has no shares', () => {
    expect(timesOf({ nodes: [], startTime: 0, endTime: 0 }, ROOT).owners).toEqual([]);
  });
});

test.each([
  ['file:///work/signet/node_modules/@nestjs/core/router/router.js', '@nestjs/core'],
  ['file:///work/signet/node_modules/a/node_modules/b/index.js', 'b'],
  ['file:///work/signet/libs/kafka/dist/consuming/feed/lanes.js', 'libs/kafka/src/consuming/feed'],
  ['file:///work/signet/tools/bench/load/sale.ts', 'tools/bench/load'],
  ['file:///usr/lib/other.js', '(elsewhere)'],
  ['file:///work/signet/apps/delivery/dist/main.js', 'apps/delivery/src'],
  ['node:internal/streams/writable', 'node:internal/streams/writable'],
  ['node:net', 'node:net'],
  ['', '(built in) run'],
])('code at %j belongs to %s', (url, owner) => {
  expect(ownerOf({ functionName: 'run', url }, ROOT)).toBe(owner);
});

test('the table shows twenty owners and adds up the others', () => {
  const owners = Array.from({ length: 23 }, (_, index) => ({
    owner: `package-${index}`,
    micros: 1_000,
    share: 1 / 23,
  }));
  const text = timesReport('delivery', { busyMicros: 23_000, idleMicros: 77_000, owners });
  expect(text).toContain('delivery: busy for 0.02 of 0.10 s');
  expect(text).toMatch(/13\.0 % +3 +3 others/);
  expect(text).not.toContain('package-20');
});

describe('the frames of a flame graph', () => {
  test('callers come first, and idleness is left out', () => {
    expect(framesOf(PROFILE, ROOT).map(({ id, parent, name, self }) => [id, parent, name, self])).toEqual([
      [1, null, '(root)', 0],
      [2, 1, 'tick', 2],
      [3, 2, 'send', 3],
      [4, 2, '(garbage collector)', 1],
    ]);
  });

  test('the time of a frame that is too narrow to be seen goes to its caller', () => {
    const narrow = { ...PROFILE, timeDeltas: [0, 5_998, 1, 1] };
    expect(framesOf(narrow, ROOT).map(({ name, self }) => [name, self])).toEqual([
      ['(root)', 0],
      ['tick', 6],
    ]);
  });
});
