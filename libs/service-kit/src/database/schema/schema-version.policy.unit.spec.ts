import { expect, test } from '@jest/globals';
import { versionOfSession } from '../application-name.ts';
import {
  compareVersions,
  lacksOnlyOwn,
  reasonAgainstContracting,
  reasonAgainstNewer,
  reasonAgainstOlder,
} from './schema-version.policy.ts';

const state = { version: '0.3.0', missing: [], uncontracted: ['drop-old'] };

test.each<[newest: string | undefined, own: string, isRefused: boolean]>([
  [undefined, '0.3.0', false],
  ['0.3.0', '0.3.0', false],
  ['0.2.0', '0.3.0', false],
  ['0.3.7', '0.3.0', false],
  ['0.4.0', '0.3.0', false],
  ['0.5.0', '0.3.0', true],
  ['1.0.0', '0.9.0', false],
  ['1.1.0', '0.9.0', true],
  ['2.0.0', '0.9.0', true],
  ['0.9.0', '1.2.0', false],
])('a schema of %s, used by %s, is refused: %s', (newest, own, isRefused) => {
  expect(reasonAgainstNewer('registry', newest, own) !== undefined).toBe(isRefused);
});

test('the sentence about a schema that is too new names both versions', () => {
  expect(reasonAgainstNewer('registry', '0.5.0', '0.3.0')).toMatch(
    /registry was migrated by version 0\.5\.0, and this is 0\.3\.0/,
  );
});

test('a schema that lacks migrations is refused with the command that runs them', () => {
  expect(reasonAgainstOlder('registry', state, '0.3.0')).toBeUndefined();
  expect(reasonAgainstOlder('registry', { ...state, missing: ['one', 'two'] }, '0.3.0')).toBe(
    'The schema registry lacks 2 of the migrations of version 0.3.0, first of all one: run signet-admin migrate with this version, or set SIGNET_MIGRATE=at-start.',
  );
});

test.each<[what: string, missing: string[], own: string, isAhead: boolean]>([
  ['nothing is missing', [], '0.4.0', false],
  ['all of this version', ['e', 'f'], '0.4.0', true],
  ['one of this version', ['f'], '0.4.2', true],
  ['one of the version before as well', ['d', 'e', 'f'], '0.4.0', false],
  ['everything, as before the first start', ['a', 'b', 'c', 'd', 'e', 'f'], '0.4.0', false],
  ['a version that is out, seen by itself', ['c', 'd'], '0.3.1', true],
  ['a version of which no older one is listed', ['a'], '0.2.0', false],
])('a schema is of the version before: %s', (_what, missing, own, isAhead) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const lastOf = { '0.2.0': 'b', '0.3.0': 'd' };
  expect(lacksOnlyOwn({ ...state, missing }, names, lastOf, own)).toBe(isAhead);
});

test('nothing is contracted before it was expanded, nor beside an older version', () => {
  expect(reasonAgainstContracting('registry', state, ['0.3.0', '0.4.0'], '0.3.0')).toBeUndefined();
  expect(reasonAgainstContracting('registry', { ...state, missing: ['one'] }, [], '0.3.0')).toMatch(
    /--phase expand first/,
  );
  expect(reasonAgainstContracting('registry', state, ['0.3.0', '0.2.1', '0.2.0', '0.2.1'], '0.3.0')).toMatch(
    /^Sessions of version 0\.2\.0, 0\.2\.1 use the schema registry/,
  );
});

test('versions are compared by number, and a pre-release counts as its release', () => {
  expect(['0.10.0', '0.9.1', '0.9.0'].toSorted(compareVersions)).toEqual(['0.9.0', '0.9.1', '0.10.0']);
  expect(compareVersions('0.3.0-rc.1', '0.3.0')).toBe(0);
});

test('a session tells its version by its name', () => {
  expect(versionOfSession('registry', 'registry/0.3.0')).toBe('0.3.0');
  expect(versionOfSession('registry', 'registry/0.3.0 command')).toBe('0.3.0');
  expect(versionOfSession('registry', 'registry')).toBe('0.2.0');
  expect(versionOfSession('registry', 'registry migrations')).toBeUndefined();
  expect(versionOfSession('registry', 'delivery/0.3.0')).toBeUndefined();
});
