import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadSettings, SettingsError } from './load-settings.ts';
import { optionalSetting } from './setting.ts';
import { printable } from './values.ts';

const definitions = {
  PASSWORD: optionalSetting(printable(), 'A password.', { secret: true }),
  NAME: optionalSetting(printable(), 'A name.'),
};
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-secrets-'));
  file = join(folder, 'password');
  writeFileSync(file, 'hush hush\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (environment: Record<string, string>): unknown => {
  try {
    return loadSettings(definitions, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
};

test('a secret is read from its file, without the newline at its end', () =>
  expect(read({ PASSWORD_FILE: file })).toEqual({ PASSWORD: 'hush hush' }));

test('both set is an error', () =>
  expect(read({ PASSWORD: 'x', PASSWORD_FILE: file })).toBe(
    'PASSWORD and PASSWORD_FILE are both set; keep one of them.',
  ));

test('a file that cannot be read is named', () =>
  expect(read({ PASSWORD_FILE: `${file}-2` })).toBe(
    `PASSWORD_FILE names a file that cannot be read: ${file}-2 (ENOENT).`,
  ));

test('the content of the file follows the rule of the setting, and no error repeats it', () => {
  writeFileSync(join(folder, 'bad'), 'hüsh');
  expect(read({ PASSWORD_FILE: join(folder, 'bad') })).toBe('PASSWORD must be 1 to 512 printable ASCII characters.');
});

test('a setting that is no secret has no file', () => expect(read({ NAME_FILE: file })).toEqual({}));
