import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealingKeys } from '@signet/signature';
import { openDataDir } from './data-folder/data-dir.ts';
import { firstDelivery, reasonAgainstDemo } from './demo/demo.policy.ts';
import { demoTenantId } from './demo/demo.ts';
import { provideKeys } from './demo/keys.ts';
import { readSettings } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-first-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('keys are made once, kept for us alone, and good for the services', () => {
  const dataDir = openDataDir(folder);
  const first = provideKeys(readSettings({}), dataDir);
  const second = provideKeys(readSettings({}), dataDir);
  expect([first.operatorKeyIsNew, second.operatorKeyIsNew]).toEqual([true, false]);
  expect(second).toEqual({ ...first, operatorKeyIsNew: false });
  expect(first.installation).toMatch(/^local-[0-9a-f]{12}$/);
  expect(statSync(dataDir.keys).mode & 0o777).toBe(0o600);
  const keys = SealingKeys.parse(first.sealingKeys);
  expect(keys.open(keys.seal('text', 'context'), 'context')).toBe('text');
});

test('keys of the environment come first', () => {
  const env = { SIGNET_OPERATOR_KEY: 'mine', SIGNET_SEALING_KEYS: 'a:b', SIGNET_INSTALLATION: 'shop' };
  expect(provideKeys(readSettings(env), openDataDir(folder))).toEqual({
    installation: 'shop',
    operatorKey: 'mine',
    sealingKeys: 'a:b',
    operatorKeyIsNew: false,
  });
});

test('deliveries to loopback are allowed unless the setting says otherwise, also by an empty value', () => {
  expect(readSettings({}).egressAllow).toBe('127.0.0.0/8,::1/128');
  expect(readSettings({ SIGNET_EGRESS_ALLOW: '' }).egressAllow).toBe('');
});

test('two data folders have sealing keys with different ids, so that a secret names the one that it needs', () => {
  const idOf = (name: string): string =>
    SealingKeys.parse(provideKeys(readSettings({}), openDataDir(join(folder, name))).sealingKeys).activeKeyId;
  expect(idOf('a')).not.toBe(idOf('b'));
});

test('each installation has a demo tenant with an id of its own, the same at each start', () => {
  expect(demoTenantId('a')).toBe(demoTenantId('a'));
  expect(demoTenantId('a')).not.toBe(demoTenantId('b'));
});

test('there is a bundled receiver only where deliveries may go to it', () => {
  expect(reasonAgainstDemo('127.0.0.0/8,::1/128')).toBeUndefined();
  expect(reasonAgainstDemo('127.0.0.1/32')).toBeUndefined();
  expect(reasonAgainstDemo('')).toMatch(/^No bundled receiver and no first event: SIGNET_EGRESS_ALLOW is "", /);
  expect(reasonAgainstDemo('10.0.0.0/8')).toContain('"10.0.0.0/8"');
});

test('an event is posted only where no other webhook would get it', () => {
  expect(firstDelivery('own', ['own'])).toBe('event');
  expect(firstDelivery('own', ['own', 'other'])).toBe('test delivery');
  expect(firstDelivery('own', ['other', 'another'])).toBe('test delivery');
});

test('a bad setting is named', () => {
  expect(() => readSettings({ SIGNET_PORT: 'http' })).toThrow(
    'SIGNET_PORT must be a port from 1 to 65535, not "http".',
  );
});

test('packages count as installed when node_modules holds what the lock names', async () => {
  const { isInstalled } = (await import('./installed.mjs')) as { isInstalled(root: string): boolean };
  const write = (file: string, packages: object): void =>
    writeFileSync(join(folder, file), JSON.stringify({ packages }));
  mkdirSync(join(folder, 'node_modules'));
  const one = { 'node_modules/one': { version: '1.0.0' } };
  write('package-lock.json', { '': {}, ...one, 'node_modules/other-platform': { version: '1.0.0', optional: true } });
  expect(isInstalled(folder)).toBe(false);
  write('node_modules/.package-lock.json', one);
  expect(isInstalled(folder)).toBe(true);
  write('package-lock.json', { ...one, 'node_modules/two': { version: '1.0.0' } });
  expect(isInstalled(folder)).toBe(false);
  write('package-lock.json', { 'node_modules/one': { version: '1.0.1' } });
  expect(isInstalled(folder)).toBe(false);
});
