import { describe, expect, test } from '@jest/globals';
import {
  addressOf,
  credentialsOf,
  isPlainHttp,
  profileNameOf,
  withLogin,
  withoutProfile,
} from './credentials.policy.ts';
import { NO_PROFILES } from './profiles-file.ts';
import type { Profiles } from './profiles-file.ts';

const KEPT: Profiles = {
  current: 'live',
  profiles: {
    live: { url: 'https://signet.example', key: 'sgn_tn_live', producerKey: 'sgn_pr_live' },
    staging: { url: 'https://staging.example', key: 'sgn_tn_staging' },
  },
};
const of = (env: Record<string, string> = {}, profileName?: string, kept = KEPT) =>
  credentialsOf({ env, profileName, kept });

describe('the profile is that of --profile, then SIGNET_PROFILE, then of the last login', () => {
  test.each([
    [{}, undefined, 'live'],
    [{ SIGNET_PROFILE: 'staging' }, undefined, 'staging'],
    [{ SIGNET_PROFILE: 'staging' }, 'live', 'live'],
    [{ SIGNET_PROFILE: '' }, undefined, 'live'],
  ])('%j with --profile %s: %s', (env, profileName, name) =>
    expect(profileNameOf({ env, profileName, kept: KEPT })).toBe(name),
  );

  test('a name is not a path', () => expect(() => of({}, '../other')).toThrow('A profile has a name of letters'));
});

test('the environment takes precedence over the profile, each variable for itself', () => {
  expect(of()).toEqual({
    profileName: 'live',
    url: 'https://signet.example',
    key: 'sgn_tn_live',
    producerKey: 'sgn_pr_live',
  });
  expect(of({ SIGNET_API_KEY: 'other' })).toMatchObject({ key: 'other', producerKey: 'sgn_pr_live' });
  expect(of({ SIGNET_URL: 'https://signet.example/' })).toMatchObject({ key: 'sgn_tn_live' });
});

test('a key of the profile goes to no other address', () => {
  expect(() => of({ SIGNET_URL: 'https://thief.example' })).toThrow(
    'The profile "live" has keys for https://signet.example, not for SIGNET_URL: set SIGNET_API_KEY too.',
  );
  expect(of({ SIGNET_URL: 'https://other.example', SIGNET_API_KEY: 'given' })).toEqual({
    profileName: 'live',
    url: 'https://other.example',
    key: 'given',
    producerKey: undefined,
  });
});

test('without a profile and without the environment, a sentence says what to do', () => {
  expect(() => of({}, undefined, NO_PROFILES)).toThrow('There is no profile "default": run signet login');
  expect(() => of({ SIGNET_URL: 'http://127.0.0.1:8080' }, undefined, NO_PROFILES)).toThrow('There is no key for');
  expect(() => of({}, 'constructor')).toThrow('There is no profile "constructor"');
});

test.each([
  ['signet.example', 'is not an address'],
  ['ftp://signet.example', 'is not an address'],
  ['https://me:key@signet.example', 'no user, query or fragment'],
  ['https://signet.example/?x=1', 'no user, query or fragment'],
])('%s is no address of Signet', (text, sentence) => expect(() => addressOf(text)).toThrow(sentence));

test('an address may have a path; a / at its end does not count', () =>
  expect(addressOf('https://example.com/signet/')).toBe('https://example.com/signet'));

test.each([
  ['http://signet.example', true],
  ['https://signet.example', false],
  ['http://127.0.0.1:8080', false],
  ['http://localhost:8080', false],
  ['http://[::1]:8080', false],
])('%s sends the key in plain text over a network: %s', (address, isPlain) =>
  expect(isPlainHttp(address)).toBe(isPlain),
);

test('a login replaces the key of its role, and the profile becomes the current one', () => {
  const login = { name: 'staging', url: 'https://staging.example', key: 'new', role: 'producer' };
  expect(withLogin(KEPT, login)).toEqual({
    current: 'staging',
    profiles: {
      ...KEPT.profiles,
      staging: { url: 'https://staging.example', key: 'sgn_tn_staging', producerKey: 'new' },
    },
  });
});

test('a login at another address forgets the keys of the former one', () => {
  const login = { name: 'live', url: 'https://moved.example', key: 'new', role: 'tenant' };
  expect(withLogin(KEPT, login).profiles['live']).toEqual({ url: 'https://moved.example', key: 'new' });
});

test('a logout goes on with another profile', () => {
  expect(withoutProfile(KEPT, 'live')).toMatchObject({ current: 'staging' });
  expect(withoutProfile(withoutProfile(KEPT, 'live'), 'staging')).toEqual(NO_PROFILES);
});
