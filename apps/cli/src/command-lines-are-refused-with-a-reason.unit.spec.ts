import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { run } from './program.ts';
import type { Surroundings } from './session/session.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line without a profile and without a network. */
async function ended(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Ended> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const into = (lines: string[]): NodeJS.WriteStream =>
    ({ write: (text: string) => lines.push(text) > 0 }) as unknown as NodeJS.WriteStream;
  const surroundings: Surroundings = {
    env: { XDG_CONFIG_HOME: '/nowhere', ...env },
    stdin: Readable.from([Buffer.from(input)]) as unknown as Surroundings['stdin'],
    stdout: into(stdout),
    stderr: into(stderr),
    clock: () => new Date('2026-11-23T20:00:00Z'),
    stopped: () => AbortSignal.abort(),
  };
  const code = await run(args, surroundings);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

const LOGGED_IN = { SIGNET_URL: 'http://127.0.0.1:9', SIGNET_API_KEY: 'sgn_tn_secret' };

test.each([
  [['deliverie'], /unknown command 'deliverie'\n\(Did you mean deliveries\?\)/],
  [['webhooks', 'get'], /missing required argument 'id'/],
  [['webhooks', 'list', '--colour'], /unknown option '--colour'/],
  [['webhooks', 'test', 'x'], /required option '--event <type>' not specified/],
  [
    ['webhooks', 'create', '--header', 'Authorization: Bearer 7f'],
    /^The header "Authorization" is taken for a credential(?!.*7f).* --data FILE/,
  ],
  [['webhooks', 'update', 'x', '--header', 'x-from: bearer 7f'], /^The header "x-from" is taken(?!.*7f)/],
  [['webhooks', 'create', '--header', 'x'], /--header is "name: value", not "x"/],
  [['deliveries', 'list', '--limit', '999'], /--limit is a whole number from 1 to 200, not "999"/],
  [['deliveries', 'list', '--status', 'LOST'], /Allowed choices are PENDING, RETRYING, SUCCESS, FAILED/],
  [['deliveries', 'list', '--since', 'noon'], /"noon" is not a time such as/],
  [['deliveries', 'tail', '--interval', '1'], /--interval is a whole number from 200 to 60000/],
  [['listen'], /Say where to forward to/],
  [
    ['listen', '--port', '1', '--webhook', 'x', '--events', 'a'],
    /--events, --public-url and --tenant are for a temporary/,
  ],
  [['replay', 'create', 'x'], /required option '--since <time>' not specified/],
  [['trigger', 'sale.created', '--data', '-'], /stdin is not JSON/],
  [['verify', '--headers', '-', '--body', '-'], /Only one of --headers and --body can be stdin/],
])('signet %j ends with 2', async (args, sentence) => {
  const { code, stdout, stderr } = await ended(args, LOGGED_IN);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) as unknown });
});

test('without a login, a sentence says what to do', async () =>
  expect(await ended(['webhooks', 'list'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'There is no profile "default": run signet login, or set SIGNET_URL and SIGNET_API_KEY.\n',
  }));

test('without an answer it ends with 1, and never prints the key', async () => {
  const { code, stderr } = await ended(['webhooks', 'list'], LOGGED_IN);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Signet does not answer at http:\/\/127\.0\.0\.1:9: /);
  expect(stderr).not.toContain('sgn_tn_secret');
});

test('the mask of a credential is none: the request is made', async () => {
  const { code, stderr } = await ended(['webhooks', 'update', 'x', '--header', 'Authorization: ***'], LOGGED_IN);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^Signet does not answer/) as unknown });
});

test('a login refuses what cannot be a key', async () => {
  const login = ['login', '--url', 'http://127.0.0.1:9'];
  expect(await ended(login)).toMatchObject({ code: 2, stderr: 'Nothing was entered for "API key".\n' });
  expect(await ended(login, {}, 'two words')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/spaces or several lines/) as unknown,
  });
});

test('help is on stdout, and ends with 0', async () => {
  const { code, stdout } = await ended(['deliveries', 'tail', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('signet deliveries tail --webhook');
  expect(stdout).toContain('--json');
});
