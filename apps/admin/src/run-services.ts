import type { Asked } from './arguments.ts';
import type { ServiceName } from './commands.ts';
import { runChild } from './run-child.ts';

/** The output of a service: one line of JSON. */
interface Report {
  readonly lines: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * `check` runs in all services. A command that changes something ends at the first service that fails, since the next
 * one may depend on its changes.
 */
const GOES_ON = 'check';

/**
 * Runs the command in each service, one after the other, and prints their reports.
 *
 * @returns the exit code: the first that is not 0
 */
export async function runServices({
  name,
  services,
  args,
  isJson,
}: Extract<Asked, { kind: 'services' }>): Promise<number> {
  const reports: Partial<Record<ServiceName, Report['data']>> = {};
  let exitCode = 0;
  for (const service of services) {
    const child = await runChild(`apps/${service}/dist/admin.js`, [name, ...args], 'pipe');
    exitCode ||= child.exitCode;
    // No output: the command crashed, and its stack is on stderr.
    const report = child.output === '' ? undefined : (JSON.parse(child.output) as Report);
    reports[service] = report?.data ?? { error: `The command of ${service} ended with exit code ${child.exitCode}.` };
    const to = child.exitCode === 0 || name === GOES_ON ? process.stdout : process.stderr;
    if (!isJson) for (const line of report?.lines ?? []) to.write(`${line}\n`);
    if (exitCode !== 0 && name !== GOES_ON) break;
  }
  if (isJson) process.stdout.write(`${JSON.stringify({ command: name, exitCode, services: reports })}\n`);
  return exitCode;
}
