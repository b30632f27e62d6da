import { PROGRAM_COMMANDS, SERVICE_COMMANDS } from './commands.ts';
import type { ServiceCommand, ServiceName } from './commands.ts';

export type Asked =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly sentence: string }
  | { readonly kind: 'program'; readonly program: string; readonly args: readonly string[] }
  | {
      readonly kind: 'services';
      readonly name: string;
      readonly services: readonly ServiceName[];
      readonly args: readonly string[];
      readonly isJson: boolean;
    };

const summaries = Object.entries({ ...SERVICE_COMMANDS, ...PROGRAM_COMMANDS })
  .map(([name, { summary }]) => `  ${name.padEnd(20)} ${summary}`)
  .join('\n');

export const USAGE = `signet-admin COMMAND [--json] [--service registry|ingestion|delivery]

${summaries}

COMMAND --help says more. Settings are those of the services: docs/guides/settings.md.

  --json      one JSON object on standard output, in place of sentences
  --service   only for one of the services that the command is about

Exit codes: 0 done · 1 not done, or a fault was found · 64 asked wrongly · 69 PostgreSQL or Kafka is away, or another session holds
a lock: another try may help · 78 a setting is wrong, or the server is another installation's
`;

/** Parses the arguments. Pure. */
export function askedOf([name = '--help', ...rest]: readonly string[]): Asked {
  if (name === '--help' || name === 'help') return { kind: 'help', text: USAGE };
  const program = PROGRAM_COMMANDS[name];
  if (program !== undefined) return { kind: 'program', program: program.program, args: rest };
  const command = SERVICE_COMMANDS[name];
  if (command === undefined) return { kind: 'wrong', sentence: `There is no command "${name}".\n\n${USAGE}` };
  if (rest.includes('--help')) return { kind: 'help', text: `signet-admin ${command.help}\n` };
  return servicesAsked(name, command, rest);
}

function servicesAsked(name: string, { services }: ServiceCommand, rest: readonly string[]): Asked {
  const args: string[] = [];
  let isJson = false;
  let chosen: readonly ServiceName[] = services;
  for (let at = 0; at < rest.length; at += 1) {
    const arg = rest[at]!;
    if (arg === '--json') isJson = true;
    else if (arg === '--service') {
      const wanted = rest[(at += 1)];
      chosen = services.filter((service) => service === wanted);
      if (chosen.length === 0)
        return { kind: 'wrong', sentence: `${name} is for ${services.join(', ')}, not for "${wanted ?? ''}".` };
    } else args.push(arg);
  }
  return { kind: 'services', name, services: chosen, args, isJson };
}
