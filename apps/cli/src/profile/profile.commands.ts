import type { Command } from 'commander';
import { answerOf, apiClient } from '../api/client.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../output/safe-text.ts';
import { readSecret } from '../session/secret-input.ts';
import type { Perform, Session } from '../session/session.ts';
import { addressOf, isPlainHttp, profileNameOf, withLogin, withoutProfile } from './credentials.policy.ts';
import { profilesFile, readProfiles, writeProfiles } from './profiles-file.ts';
import type { Profiles } from './profiles-file.ts';

interface Kept {
  readonly file: string;
  readonly kept: Profiles;
  readonly name: string;
}

export function registerProfileCommands(program: Command, perform: Perform): void {
  program
    .command('login')
    .description('keep an address and a key in a file that only you can read')
    .option('--url <address>', "Signet's address; otherwise SIGNET_URL, or that of the profile")
    .addHelpText(
      'after',
      `
The key is typed unseen, or read from stdin. It is checked, and kept in $XDG_CONFIG_HOME/signet/profiles.json (mode 0600). A profile can hold two
keys: that of a tenant or an operator, and that of a producer, which signet trigger uses. The role of the key decides.

Examples:
  $ signet login --url https://signet.example
  $ signet login --profile staging --url https://staging.example < key.txt`,
    )
    .action(perform<{ url?: string }>((session, { url }) => login(session, url)));
  program
    .command('logout')
    .description('forget the keys of the profile')
    .action(perform((session) => Promise.resolve(logout(session))));
  program.command('whoami').description('show the address, the key and what it may do').action(perform(whoami));
  const profiles = program.command('profiles').description('the profiles that have been logged in');
  profiles
    .command('list', { isDefault: true })
    .description('list them; * is the one in use')
    .action(perform((session) => Promise.resolve(list(session))));
  profiles
    .command('use <name>')
    .description('use this profile from now on')
    .action(perform((session, _, [name = '']) => Promise.resolve(use(session, name))));
}

function keptOf({ surroundings: { env }, profileName }: Session): Kept {
  const file = profilesFile(env);
  const kept = readProfiles(file);
  return { file, kept, name: profileNameOf({ env, profileName, kept }) };
}

async function login(session: Session, asked: string | undefined): Promise<void> {
  const { file, kept, name } = keptOf(session);
  const { env, stdin, stderr } = session.surroundings;
  const text = asked ?? (env['SIGNET_URL'] || undefined) ?? kept.profiles[name]?.url;
  if (text === undefined) throw new UsageError('The address is missing: signet login --url https://…');
  const url = addressOf(text);
  if (isPlainHttp(url)) session.output.note(`Beware: without https, everyone on the way to ${url} can read your key.`);
  const key = await readSecret('API key', stdin, stderr);
  const { role, tenantId, name: keyName } = await answerOf(apiClient(url, key).GET('/v1/api-keys/current'));
  writeProfiles(file, withLogin(kept, { name, url, key, role }));
  session.output.result({ profile: name, url, role, tenantId, name: keyName }, () => [
    `Logged in at ${url} as ${role} "${safeText(keyName)}"${tenantId === null ? '' : ` of the tenant ${tenantId}`} (profile ${name}).`,
  ]);
}

function logout(session: Session): void {
  const { file, kept, name } = keptOf(session);
  const isKnown = Object.hasOwn(kept.profiles, name);
  if (isKnown) writeProfiles(file, withoutProfile(kept, name));
  session.output.result({ profile: name, loggedOut: isKnown }, () => [
    isKnown
      ? `The keys of the profile ${name} are forgotten. They stay valid until an operator revokes them.`
      : `There is no profile ${name}.`,
  ]);
}

async function whoami(session: Session): Promise<void> {
  const { url, profileName } = session.credentials;
  const { role, tenantId, name, prefix, createdAt } = await answerOf(session.api.GET('/v1/api-keys/current'));
  const shown = { url, profile: profileName, role, tenantId, name, prefix, createdAt };
  session.output.fields(shown, Object.entries(shown));
}

function list(session: Session): void {
  const { kept, name } = keptOf(session);
  const rows = Object.entries(kept.profiles).map(([profile, { url, key, producerKey }]) => ({
    profile,
    url,
    isCurrent: profile === name,
    keys: [...(key === undefined ? [] : ['tenant or operator']), ...(producerKey === undefined ? [] : ['producer'])],
  }));
  session.output.table(
    { data: rows },
    [
      { title: '', of: ({ isCurrent }) => (isCurrent ? '*' : '') },
      { title: 'PROFILE', of: ({ profile }) => profile },
      { title: 'ADDRESS', of: ({ url }) => url },
      { title: 'KEYS', of: ({ keys }) => keys.join(', ') },
    ],
    rows,
    'There is no profile yet: run signet login.',
  );
}

function use(session: Session, name: string): void {
  const { file, kept } = keptOf(session);
  if (!Object.hasOwn(kept.profiles, name)) throw new UsageError(`There is no profile "${name}".`);
  writeProfiles(file, { ...kept, current: name });
  session.output.result({ profile: name }, () => [`From now on the profile ${name} is used.`]);
}
