import { expect, test } from '@jest/globals';
import { Semaphore } from '@signet/async';
import type { MissedReader } from './missed-messages.ts';
import { ReplayBundle } from './replay-bundle.ts';
import type { ReplayBundleParts } from './replay-bundle.ts';
import type { ReplayRun } from './replay-run.ts';

/** The least of a replay: its only step is to end. */
const runOf = (id: string): ReplayRun =>
  ({
    replay: { id },
    hasPlace: true,
    webhook: {},
    begin: () => Promise.resolve(true),
    reader: () => ({ id }),
    end: () => Promise.resolve(),
    settle: (error: Error) => Promise.reject(error),
  }) as unknown as ReplayRun;

test('when Kafka fails, replays that have ended are not reported as interrupted', async () => {
  const failure = new Error('Kafka is away');
  const missed: ReplayBundleParts['missed'] = {
    rangesOf: () => Promise.resolve([]),
    read: async (readers: readonly MissedReader[], _signal, onEnd) => {
      await onEnd(readers[0]!);
      throw failure;
    },
  };
  const parts = { missed, store: { renewAll: () => Promise.resolve() }, atOnce: new Semaphore(2) };
  const interrupted: unknown[] = [];
  const runs = ['first', 'second', 'third'].map(runOf);
  const { signal } = new AbortController();
  await new ReplayBundle(parts, runs, signal, ({ job: { id }, error }) => interrupted.push([id, error])).toTheEnd();
  expect(interrupted).toEqual([
    ['second', failure],
    ['third', failure],
  ]);
});
