import { expect, test } from '@jest/globals';
import { withQuotes } from './quotes.ts';

const files: Readonly<Record<string, string>> = { 'guides/a.py': 'print(1)\n', 'guides/b.go': 'package b\n' };
const read = (file: string): string => files[file] ?? '';
const quoted = 'Before\n\n<!-- quote: a.py -->\n\n```python\nprint(1)\n```\nAfter\n';

test('a file is quoted below its marker', () => {
  expect(withQuotes('Before\n\n<!-- quote: a.py -->\nAfter\n', 'guides', read)).toBe(quoted);
});

test('an existing quote is replaced by the text of the file, and no other block is changed', () => {
  const stale = quoted.replace('print(1)', 'print(0)\n\nprint(2)');
  expect(withQuotes(stale, 'guides', read)).toBe(quoted);
  expect(withQuotes(quoted, 'guides', read)).toBe(quoted);
  const others = `<!-- quote: a.py -->\n\nText.\n\n\`\`\`sh\nls\n\`\`\`\n`;
  expect(withQuotes(others, 'guides', read)).toContain('\n\nText.\n\n```sh\nls\n```\n');
});

test('each quote has the language of its file', () => {
  const page = withQuotes('<!-- quote: a.py -->\n\n<!-- quote: b.go -->\n', 'guides', read);
  expect(page).toContain('```go\npackage b\n```');
  expect(page).toContain('```python\nprint(1)\n```');
});
