/**
 * `node apps/admin/dist/main.js COMMAND`, or `signet-admin COMMAND`, with the settings of the services: one command
 * line for the operator of an installation. Each service carries out its own part in a process of its own
 * (docs/adr/0047-signet-admin.md).
 */
import { EXIT_USAGE } from '@signet/service-kit';
import { askedOf } from './arguments.ts';
import { runChild } from './run-child.ts';
import { runServices } from './run-services.ts';

const asked = askedOf(process.argv.slice(2));
switch (asked.kind) {
  case 'help':
    process.stdout.write(asked.text);
    break;
  case 'wrong':
    process.stderr.write(`${asked.sentence}\n`);
    process.exitCode = EXIT_USAGE;
    break;
  case 'program':
    process.exitCode = (await runChild(asked.program, asked.args, 'inherit')).exitCode;
    break;
  case 'services':
    process.exitCode = await runServices(asked);
    break;
}
