import { expect, test } from '@jest/globals';
import { safeLines, safeText } from './safe-text.ts';

test.each([
  ['a title for the window', '\u001b]0;owned\u0007name', ']0;owned name'],
  ['C1 controls', 'a\u009b2Jb', 'a 2Jb'],
  ['line breaks', 'one\r\ntwo', 'one two'],
  ['reversed text', 'invoice\u202efdp.exe', 'invoice fdp.exe'],
  ['letters of all kinds', 'Zürich 東京 👩‍🚀', 'Zürich 東京 👩‍🚀'],
])('%s', (_, text, safe) => expect(safeText(text)).toBe(safe));

test('lines stay lines, with their indentation', () =>
  expect(safeLines('refused\n  url (host):\u001b[31m no host')).toBe('refused\n  url (host): [31m no host'));
