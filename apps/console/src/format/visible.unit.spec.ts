import { expect, test } from '@jest/globals';
import { firstLines } from './first-lines.ts';
import { isolated, visible } from './visible.ts';

test('a character that turns the direction of a name is shown', () => {
  expect(visible('\u202Egnp.evil')).toBe('[U+202E]gnp.evil');
  expect(visible('a\u0000b\u200Bc\uFEFF')).toBe('a[U+0000]b[U+200B]c[U+FEFF]');
});

test.each(['Ünïcode – 漢字', 'שלום', 'می\u200Cخواهم', '👩\u200D🔧', 'a\tb\nc'])('%j stays as it is', (name) => {
  expect(visible(name)).toBe(name);
});

test('a name cannot leave its isolation', () => {
  expect(isolated('ש\u2069b')).toBe('\u2068ש[U+2069]b\u2069');
  expect(isolated('a\u2069b')).toBe('a[U+2069]b');
});

test('of a long answer the first lines are shown, and that there are more', () => {
  expect(firstLines('no room')).toBe('no room');
  expect(firstLines('\n<html>\r\n\r\n<title>Busy</title>\n')).toBe('<html>\n<title>Busy</title>');
  expect(firstLines('1\n2\n3\n4\n5')).toBe('1\n2\n3\n4 …');
  expect(firstLines('é'.repeat(400))).toBe(`${'é'.repeat(300)} …`);
});
