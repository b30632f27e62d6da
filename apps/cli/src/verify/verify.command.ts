import type { Command } from 'commander';
import { Refusal, UsageError } from '../errors.ts';
import { durationMs } from '../session/moments.ts';
import { readInput } from '../session/read-input.ts';
import { readSecret } from '../session/secret-input.ts';
import type { Perform, Session } from '../session/session.ts';
import { headersIn } from './read-headers.ts';
import { verdictOf } from './verification.policy.ts';

interface VerifyOptions {
  readonly headers: string;
  readonly body: string;
  readonly tolerance?: number;
}

export function registerVerifyCommand(program: Command, perform: Perform): void {
  program
    .command('verify')
    .description('say whether a request that you received is genuine, and if not, exactly why')
    .requiredOption('--headers <file>', 'lines "name: value", or a JSON object; - is stdin')
    .requiredOption('--body <file>', 'the body, exactly as it came; - is stdin')
    .option(
      '--tolerance <duration>',
      'how old the request may be, such as 30d for a saved one; otherwise 5m',
      durationMs,
    )
    .addHelpText(
      'after',
      `
The secret is SIGNET_WEBHOOK_SECRET, or it is typed unseen. Nothing is sent to Signet. The exit code is 0 when the request is genuine, else 1.

Examples:
  $ signet verify --headers headers.txt --body body.json
  $ pbpaste | signet verify --headers headers.txt --body - --tolerance 1d`,
    )
    .action(perform(verifyRequest));
}

async function verifyRequest(session: Session, { headers, body, tolerance }: VerifyOptions): Promise<void> {
  const { env, stdin, stderr } = session.surroundings;
  if (headers === '-' && body === '-') throw new UsageError('Only one of --headers and --body can be stdin.');
  const given = env['SIGNET_WEBHOOK_SECRET'];
  if (!given && !stdin.isTTY)
    throw new UsageError('Set SIGNET_WEBHOOK_SECRET: there is no terminal to type the secret.');
  const secret = given || (await readSecret('Secret of the webhook', stdin, stderr));
  const verdict = verdictOf({
    headers: headersIn((await readInput(headers, stdin)).toString('utf8')),
    body: await readInput(body, stdin),
    secret,
    nowSeconds: Math.floor(session.now().getTime() / 1_000),
    toleranceSeconds: tolerance === undefined ? undefined : tolerance / 1_000,
  });
  session.output.result(verdict, () => [
    verdict.sentence,
    ...(verdict.isVerified || !verdict.hint ? [] : [verdict.hint]),
  ]);
  if (!verdict.isVerified) throw new NotVerified();
}

/** The result says why already. */
class NotVerified extends Refusal {
  constructor() {
    super('Not verified.');
  }
}
