import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import type { GuideBlock } from './guides/guide-blocks.ts';
import { guideBlocks } from './guides/guide-blocks.ts';
import { isPrinted } from './guides/guide-output.ts';
import { GuideShell, SHELLS } from './guides/guide-shell.ts';
import { Api } from './support/api.ts';
import { hasProgram, testWith } from './support/programs.ts';
import { ROOT, Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const GUIDES = readdirSync(join(ROOT, 'docs/guides')).filter((file) => file.endsWith('.md'));
const PAGES = ['README.md', ...GUIDES.map((file) => `docs/guides/${file}`)];
const blocksOf = (page: string): readonly GuideBlock[] => guideBlocks(readFileSync(join(ROOT, page), 'utf8'));
const PAGES_WITH_COMMANDS = PAGES.filter((page) => blocksOf(page).length > 0);
/** How long a `repeat` block may take to print what the page shows, on a slow machine. */
const PATIENCE_MS = 30_000;

let signet: Signet;
let local: LocalFile;
beforeAll(async () => {
  signet = await Signet.start();
  local = await signet.local();
});
afterAll(() => signet?.stopAndForget(), 60_000);

let folder: string;
let receiverPort: number;
beforeEach(async () => {
  // A folder that looks like the root of the repository, with the data of this running Signet.
  folder = await mkdtemp(join(tmpdir(), 'signet-guides-'));
  receiverPort = await freePort();
  const links = ['docs', 'tools', 'libs', 'apps', 'deploy', 'node_modules', 'package.json', 'tsconfig.base.json'];
  await Promise.all(links.map((name) => symlink(join(ROOT, name), join(folder, name))));
  await symlink(signet.dataDir, join(folder, '.signet'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/**
 * A registered webhook reaches delivery over Kafka a moment later. A person who reads the guide is too slow to notice
 * it, so the test waits.
 */
async function untilDeliveryKnowsEachWebhook(): Promise<void> {
  const tenant = Api.tenant(local);
  const { data } = await tenant.call<{ data: { id: string }[] }>('GET', '/v1/webhooks?limit=200');
  const isKnown = async ({ id }: { id: string }) => (await tenant.status('GET', `/v1/circuits/${id}`)) === 200;
  await waitFor(async () => (await Promise.all(data.map(isKnown))).every(Boolean), { what: 'delivery to know' });
}

/** The port of the guides may be in use on this machine, so it is replaced; the rest of the commands is unchanged. */
const here = (text: string): string => text.replaceAll(/(?<=127\.0\.0\.1:|PORT=)4000\b/g, String(receiverPort));

async function runBlock(shell: GuideShell, block: GuideBlock): Promise<void> {
  const [script, expected] = [here(block.script), here(block.output)];
  let seen = await shell.run(script);
  if (block.isRepeated) {
    const isRight = async (): Promise<boolean> => {
      if (isPrinted(expected, seen.output)) return true;
      seen = await shell.run(script);
      return false;
    };
    await waitFor(isRight, { what: 'the output', timeoutMs: PATIENCE_MS }).catch(() => undefined);
  }
  if (!isPrinted(expected, seen.output)) expect(`${script}\n${seen.output}`).toBe(`${script}\n${expected}`);
  expect({ script, exitCode: seen.exitCode }).toEqual({ script, exitCode: 0 });
  await untilDeliveryKnowsEachWebhook();
  if (block.printedByStart !== '') await untilStartPrints(block.printedByStart);
}

async function untilStartPrints(line: string): Promise<void> {
  const log = async (): Promise<string[]> => (await readFile(join(signet.dataDir, 'launcher.log'), 'utf8')).split('\n');
  await waitFor(async () => (await log()).some((printed) => isPrinted(line, printed)), { what: `"${line}"` });
}

describe.each(Object.keys(SHELLS))('%s', (shell) => {
  const isThere = hasProgram(shell, '-c', 'true') && hasProgram('kcat', '-V') && hasProgram('curl');
  testWith(isThere).each(PAGES_WITH_COMMANDS)(
    '%s',
    async (page) => {
      const env = {
        ...process.env,
        SIGNET_DATA_DIR: signet.dataDir,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
      };
      const session = new GuideShell(shell, { folder, env });
      try {
        for (const block of blocksOf(page)) if (block.notRunBecause === undefined) await runBlock(session, block);
      } finally {
        await session.close();
      }
    },
    180_000,
  );
});

test('each block that is not run says why, and for a known reason', () => {
  const reasons = PAGES.flatMap((page) => blocksOf(page).map(({ notRunBecause }) => notRunBecause)).filter(Boolean);
  expect([...new Set(reasons)].toSorted()).toEqual([
    'installs packages of the system',
    'needs Docker',
    'needs a Kubernetes cluster',
  ]);
});
