import { describe, expect, test } from '@jest/globals';
import { chooseUpstream, NOT_ASKED, readinessAfter } from './upstream-choice.policy.ts';
import type { Candidate, Readiness, ReadinessAnswer } from './upstream-choice.policy.ts';

const ready = (underWay = 0): Candidate => ({ standing: 'ready', underWay });
const silent = (underWay = 0): Candidate => ({ standing: 'silent', underWay });
const unready = (underWay = 0): Candidate => ({ standing: 'not ready', underWay });
const none = new Set<number>();

describe('which process gets a request', () => {
  test.each<[string, Candidate[], number[], number, number | undefined]>([
    ['the ready one', [unready(), ready(9)], [], 0, 1],
    ['the one with less to do', [ready(3), ready(2), ready(4)], [], 0, 1],
    ['equals take turns, the first', [ready(1), ready(2), ready(1)], [], 4, 0],
    ['equals take turns, the other', [ready(1), ready(2), ready(1)], [], 5, 2],
    ['a ready one that is not tried yet', [ready(), ready(7)], [0], 0, 1],
    ['one that is not ready, where no ready one is left', [ready(), unready()], [0], 0, 1],
    ['one that is silent before one that said that it is not ready', [unready(), silent(9)], [], 0, 1],
    ['any, where none is ready', [unready(), unready()], [], 1, 1],
    ['none, where all have been tried', [ready(), unready()], [0, 1], 0, undefined],
    ['none, where there is no process', [], [], 0, undefined],
  ])('%s', (_what, candidates, tried, turn, chosen) => {
    expect(chooseUpstream(candidates, new Set(tried), turn)).toBe(chosen);
  });

  test('a hundred requests one after the other are shared equally', () => {
    const counts = [0, 0, 0];
    for (let turn = 0; turn < 99; turn++) {
      const index = chooseUpstream([ready(), ready(), ready()], none, turn) ?? 0;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts).toEqual([33, 33, 33]);
  });
});

describe('whether a process is ready', () => {
  const after = (...answers: ReadinessAnswer[]): string =>
    answers.reduce<Readiness>((before, answer) => readinessAfter(before, answer), NOT_ASKED).standing;

  test('a process that answers is what its answer says', () => {
    expect([after(), after('ready'), after('ready', 'not ready'), after('not ready', 'ready')]).toEqual([
      'not ready',
      'ready',
      'not ready',
      'ready',
    ]);
  });

  test('a process that is silent once keeps its standing; when it is silent twice in a row, it is no longer ready', () => {
    expect([after('ready', 'silent'), after('ready', 'silent', 'silent')]).toEqual(['ready', 'silent']);
    expect([after('ready', 'silent', 'ready', 'silent'), after('ready', 'silent', 'silent', 'ready')]).toEqual([
      'ready',
      'ready',
    ]);
  });

  test('a process that was not ready does not become better by silence', () => {
    expect([after('silent', 'silent'), after('not ready', 'silent', 'silent')]).toEqual(['not ready', 'not ready']);
  });
});
