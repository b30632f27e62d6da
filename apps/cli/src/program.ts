import { Command, CommanderError } from 'commander';
import { registerDeliveryCommands } from './deliveries/delivery.commands.ts';
import { EXIT_REFUSED, EXIT_USAGE, Refusal, UsageError } from './errors.ts';
import { registerEventTypeCommands } from './event-types/event-type.commands.ts';
import { registerListenCommand } from './listen/listen.command.ts';
import { Output } from './output/output.ts';
import { registerProfileCommands } from './profile/profile.commands.ts';
import { registerReplayCommands } from './replays/replay.commands.ts';
import { Session } from './session/session.ts';
import type { GlobalOptions, Perform, Surroundings } from './session/session.ts';
import { registerTriggerCommand } from './trigger/trigger.command.ts';
import { registerVerifyCommand } from './verify/verify.command.ts';
import { VERSION } from './version.ts';
import { registerWebhookCommands } from './webhooks/webhook.commands.ts';

const NOTES = `
Exit codes: 0 done · 1 refused, not found, not verified, or no answer · 2 asked wrongly

Environment: SIGNET_URL, SIGNET_API_KEY and SIGNET_PRODUCER_KEY take precedence over the profile; SIGNET_PROFILE names the profile;
SIGNET_WEBHOOK_SECRET is the secret for listen and verify; NO_COLOR switches colours off.

Examples:
  $ signet login --url https://signet.example
  $ signet listen --port 3000 --events sale.created
  $ signet trigger sale.created --subject S-1
  $ signet deliveries list --status FAILED --json | jq '.data[].id'
`;

/** Runs one command line. Resolves to the exit code. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await programFor(surroundings).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error, new Output({ ...surroundings, isJson: args.includes('--json') }));
  }
}

function programFor(surroundings: Surroundings): Command {
  const program = new Command('signet')
    .description('Works with webhooks and deliveries of Signet.')
    .version(VERSION)
    .option('--profile <name>', 'the profile of this login; otherwise SIGNET_PROFILE, or that of the last login')
    .option('--json', 'one line of JSON for each result')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
    })
    .addHelpText('after', NOTES)
    .exitOverride();
  const perform: Perform =
    (work) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<Parameters<typeof work>[1]>();
      await work(new Session(surroundings, options as GlobalOptions), options, given.slice(0, -2) as string[]);
    };
  for (const register of [
    registerProfileCommands,
    registerWebhookCommands,
    registerDeliveryCommands,
    registerListenCommand,
    registerTriggerCommand,
    registerReplayCommands,
    registerVerifyCommand,
    registerEventTypeCommands,
  ])
    register(program, perform);
  return program;
}

/** Prints the error, unless commander has done so. An error of another kind is a fault of ours: it is thrown on. */
function exitCodeOf(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof UsageError) output.note(error.message);
  else if (error instanceof Refusal) output.error(error);
  else if (isOfSystem(error)) output.note(error.message);
  else throw error;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_REFUSED;
}

/** Such as a folder that may not be written to; its message names the file and the reason. */
const isOfSystem = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
