import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { hasProgram, run } from '../programs.ts';

/** A request as it arrived, and a secret with which a receiver may verify it. */
export interface Case {
  readonly secret: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The library of one language, used as a receiver uses it. */
export interface Judge {
  readonly name: string;
  readonly isHere: boolean;
  /** For each request, whether a receiver with its secret accepts it. */
  judge(cases: readonly Case[]): boolean[];
}

const GO_MODULE = fileURLToPath(new URL('../../../../../docs/guides/receivers/go', import.meta.url));
const GO_JUDGE = fileURLToPath(new URL('judge.go', import.meta.url));

const npm: Judge = {
  name: 'npm',
  isHere: true,
  judge: (cases) =>
    cases.map(({ secret, body, headers }) => {
      try {
        new StandardWebhook(secret).verify(body, headers);
        return true;
      } catch {
        return false;
      }
    }),
};

const PYTHON_JUDGE = `
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
def accepts(case):
    try:
        Webhook(case["secret"]).verify(case["body"], case["headers"])
        return True
    except WebhookVerificationError:
        return False
json.dump([accepts(case) for case in json.load(sys.stdin)], sys.stdout)
`;
const pypi: Judge = {
  name: 'PyPI',
  isHere: hasProgram('python3', '-c', 'import standardwebhooks'),
  judge: (cases) => JSON.parse(run('python3', ['-c', PYTHON_JUDGE], JSON.stringify(cases))) as boolean[],
};

const go: Judge = {
  name: 'Go',
  // Go's proxy is asked for the module once; on a machine that cannot reach it, these tests are skipped.
  isHere: hasProgram('go', '-C', GO_MODULE, 'mod', 'download'),
  judge: (cases) => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-go-judge-'));
    try {
      for (const file of ['go.mod', 'go.sum']) copyFileSync(join(GO_MODULE, file), join(folder, file));
      copyFileSync(GO_JUDGE, join(folder, 'judge.go'));
      return JSON.parse(run('go', ['run', 'judge.go'], JSON.stringify(cases), { cwd: folder })) as boolean[];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const JUDGES: readonly Judge[] = [npm, pypi, go];

/**
 * The form in which the libraries take a secret that is a text and not base64 (docs/guides/receiving.md): its
 * characters are the key.
 */
export const forLibraries = (secret: string): string =>
  secret.startsWith('whsec_') ? secret : `whsec_${Buffer.from(secret).toString('base64')}`;
