import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NO_PROFILES, profilesFile, readProfiles, writeProfiles } from './profiles-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-cli-'));
  file = profilesFile({ XDG_CONFIG_HOME: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROFILES = { current: 'default', profiles: { default: { url: 'https://signet.example', key: 'sgn_tn_1' } } };

test('the file lies in XDG_CONFIG_HOME, or in ~/.config', () => {
  expect(file).toBe(join(folder, 'signet/profiles.json'));
  for (const env of [{}, { XDG_CONFIG_HOME: '' }])
    expect(profilesFile(env)).toBe(join(homedir(), '.config/signet/profiles.json'));
});

test('it has mode 600, in a folder of mode 700, also when it is written again', () => {
  for (let time = 1; time <= 2; time += 1) {
    writeProfiles(file, PROFILES);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(folder, 'signet')).mode & 0o777).toBe(0o700);
  expect(readProfiles(file)).toEqual(PROFILES);
});

test('a file that others may read is refused', () => {
  writeProfiles(file, PROFILES);
  chmodSync(file, 0o640);
  expect(() => readProfiles(file)).toThrow(`Other users may read the keys in ${file}. Change that first: chmod 600`);
});

test('without a file there are no profiles; a broken file is named', () => {
  expect(readProfiles(file)).toEqual(NO_PROFILES);
  writeProfiles(file, PROFILES);
  writeFileSync(file, '{"profiles": []}');
  expect(() => readProfiles(file)).toThrow('is not as signet login writes it');
});
