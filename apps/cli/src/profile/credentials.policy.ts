import { UsageError } from '../errors.ts';
import type { Profile, Profiles } from './profiles-file.ts';

export interface Asked {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of --profile. */
  readonly profileName: string | undefined;
  readonly kept: Profiles;
}

/** Where requests go, and the keys that go with them. */
export interface Credentials {
  readonly profileName: string;
  /** Without a `/` at its end. */
  readonly url: string;
  readonly key: string | undefined;
  readonly producerKey: string | undefined;
}

const NAME = /^[A-Za-z0-9][\w.-]*$/;

/** --profile, then SIGNET_PROFILE, then the one of the last login. */
export function profileNameOf({ env, profileName, kept }: Asked): string {
  const name = profileName ?? given(env['SIGNET_PROFILE']) ?? kept.current;
  if (!NAME.test(name))
    throw new UsageError(`A profile has a name of letters, digits, ".", "_" and "-", not "${name}".`);
  return name;
}

/**
 * SIGNET_URL, SIGNET_API_KEY and SIGNET_PRODUCER_KEY take precedence over the profile, each for itself. A key of the profile is never sent to
 * another address than the profile's: whoever can set SIGNET_URL would get it.
 *
 * @throws UsageError when the address is missing, or a key would go to another address
 */
export function credentialsOf(asked: Asked): Credentials {
  const { env, kept } = asked;
  const profileName = profileNameOf(asked);
  const profile: Partial<Profile> = Object.hasOwn(kept.profiles, profileName) ? (kept.profiles[profileName] ?? {}) : {};
  const urlOfEnv = given(env['SIGNET_URL']);
  const url = urlOfEnv ?? profile.url;
  if (url === undefined)
    throw new UsageError(
      `There is no profile "${profileName}": run signet login, or set SIGNET_URL and SIGNET_API_KEY.`,
    );
  const address = addressOf(url);
  const isOfProfile = profile.url !== undefined && addressOf(profile.url) === address;
  const keyOf = (name: string, fromProfile: string | undefined): string | undefined =>
    given(env[name]) ?? (isOfProfile ? fromProfile : undefined);
  const [key, producerKey] = [keyOf('SIGNET_API_KEY', profile.key), keyOf('SIGNET_PRODUCER_KEY', profile.producerKey)];
  if (key === undefined && producerKey === undefined)
    throw new UsageError(
      profile.url === undefined || isOfProfile
        ? `There is no key for ${address}: run signet login, or set SIGNET_API_KEY.`
        : `The profile "${profileName}" has keys for ${addressOf(profile.url)}, not for SIGNET_URL: set SIGNET_API_KEY too.`,
    );
  return { profileName, url: address, key, producerKey };
}

/** The address as requests need it. @throws UsageError when it is none */
export function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`"${text}" is not an address: it begins with https:// or http://.`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new UsageError('The address has no user, query or fragment.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Whether a key would cross a network in plain text. */
export function isPlainHttp(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !/^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/**
 * The profiles after a login. The role of the key decides which of the two keys of the profile it is. Keys of another address are removed:
 * they are for another installation.
 */
export function withLogin(
  kept: Profiles,
  login: { readonly name: string; readonly url: string; readonly key: string; readonly role: string },
): Profiles {
  const { name, url, key, role } = login;
  const known = Object.hasOwn(kept.profiles, name) ? kept.profiles[name] : undefined;
  const others = known !== undefined && known.url === url ? known : {};
  const profile: Profile = { ...others, url, ...(role === 'producer' ? { producerKey: key } : { key }) };
  return { current: name, profiles: { ...kept.profiles, [name]: profile } };
}

/** The profiles without this one. */
export function withoutProfile(kept: Profiles, name: string): Profiles {
  const profiles = Object.fromEntries(Object.entries(kept.profiles).filter(([one]) => one !== name));
  return { current: kept.current === name ? (Object.keys(profiles)[0] ?? 'default') : kept.current, profiles };
}

const given = (value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : value;
