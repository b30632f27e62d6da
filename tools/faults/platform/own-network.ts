import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Set in the process that runs in a network of its own. */
const INSIDE = 'SIGNET_FAULTS_INSIDE';
/** The longest time between SIGTERM and the end of the process in the new network; milliseconds. */
const STOP_MS = 90_000;

/** Ends of the link between Signet and the receivers. */
export const OUR_ADDRESS = '10.78.0.1';
export const THEIR_ADDRESS = '10.78.0.2';
/** All receivers have addresses in here, on the other side of the link. */
export const RECEIVERS_NET = '10.77.0.0/16';
/** Where /etc/resolv.conf of the new network says that the name server is. */
export const NAME_SERVER = '127.0.0.53';

export const isInOwnNetwork = (): boolean => process.env[INSIDE] === '1';

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });

/**
 * Runs the same command line again in a network and a mount namespace of its own, so that routes and /etc/resolv.conf can be
 * broken without effect on the rest of the machine. Needs Linux and root.
 *
 * @returns its exit code
 */
export async function againInOwnNetwork(stopping: AbortSignal): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('This breaks routes in a network namespace of its own: it needs Linux and root.');
  const [script = '', ...args] = process.argv.slice(1);
  const command = ['--net', '--mount', '--', process.execPath, ...process.execArgv, script, ...args];
  const child = spawn('unshare', command, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
  const stop = (): void => {
    child.kill('SIGTERM');
    void delay(STOP_MS, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  };
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** Makes our side: loopback, and a resolver configuration that asks the name server of this script. */
export function prepareOwnNetwork(folder: string): void {
  ip('link', 'set', 'lo', 'up');
  const file = `${folder}/resolv.conf`;
  writeFileSync(file, `nameserver ${NAME_SERVER}\noptions timeout:1 attempts:2\n`);
  execFileSync('mount', ['--bind', file, '/etc/resolv.conf']);
}

/** Links us to the network namespace of that process, which is on the way to all receivers. */
export function linkTo(pid: number, addresses: readonly string[]): void {
  const there = (...args: string[]): void =>
    void execFileSync('nsenter', ['--net', '--target', String(pid), '--', 'ip', ...args]);
  ip('link', 'add', 'receivers', 'type', 'veth', 'peer', 'name', 'signet');
  ip('link', 'set', 'signet', 'netns', String(pid));
  ip('address', 'add', `${OUR_ADDRESS}/30`, 'dev', 'receivers');
  ip('link', 'set', 'receivers', 'up');
  there('link', 'set', 'lo', 'up');
  there('address', 'add', `${THEIR_ADDRESS}/30`, 'dev', 'signet');
  there('link', 'set', 'signet', 'up');
  for (const address of addresses) there('address', 'add', `${address}/32`, 'dev', 'lo');
  route();
}

/** Sets the right route to the receivers. */
export const route = (): void => ip('route', 'replace', RECEIVERS_NET, 'via', THEIR_ADDRESS);

/** Removes the route on our side: new connections fail at once, and open ones hang. */
export function blackhole(): void {
  ip('route', 'delete', RECEIVERS_NET);
  ip('route', 'add', 'blackhole', RECEIVERS_NET);
}
export function undoBlackhole(): void {
  ip('route', 'delete', 'blackhole', RECEIVERS_NET);
  route();
}

/** Drops the answers on their way back, as behind a NAT gateway that is gone: connections do not fail, they hang. */
export const loseAnswers = (pid: number): void => onTheirSide(pid, 'add', 'blackhole', `${OUR_ADDRESS}/32`);
export const letAnswersThrough = (pid: number): void => onTheirSide(pid, 'delete', 'blackhole', `${OUR_ADDRESS}/32`);

const onTheirSide = (pid: number, ...args: string[]): void =>
  void execFileSync('nsenter', ['--net', '--target', String(pid), '--', 'ip', 'route', ...args]);
