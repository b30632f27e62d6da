import { expect, test } from '@jest/globals';
import { paintFor, paintState } from './paint.ts';

const painted = (isTTY: boolean, env: NodeJS.ProcessEnv): string => paintState(paintFor({ isTTY }, env), 'FAILED', 'x');

test('a terminal shows colours', () => expect(painted(true, {})).toBe('\u001b[31mx\u001b[39m'));

test.each([
  ['a pipe', false, {}],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }],
  ['a dumb terminal', true, { TERM: 'dumb' }],
])('%s shows none', (_, isTTY, env) => expect(painted(isTTY, env)).toBe('x'));

test('an empty NO_COLOR does not count, as no-color.org says', () =>
  expect(painted(true, { NO_COLOR: '' })).not.toBe('x'));
