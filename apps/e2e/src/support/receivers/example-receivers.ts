import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { hasProgram, run } from '../programs.ts';

const FOLDER = fileURLToPath(new URL('../../../../../docs/guides/receivers', import.meta.url));

/** One of the receivers of the guide "Receiving webhooks". It is run as a person would run it. */
export interface ExampleReceiver {
  readonly name: string;
  /** Its file, relative to the folder of the receivers. */
  readonly file: string;
  /** Whether the programs that it needs are on this machine. */
  readonly isHere: boolean;
  /**
   * Whether it can use a secret that is a text of the tenant's own, and keeps messages in an inbox. The receivers
   * that use a library do neither.
   */
  readonly isWhole: boolean;
  /** Program and arguments; `scratch` is a folder for files that must be built. */
  readonly command: (file: string, scratch: string, port: number) => readonly [string, ...string[]];
}

const goBuilt: ExampleReceiver['command'] = (file, scratch) => {
  const program = join(scratch, 'receiver');
  run('go', ['build', '-o', program, file], '', { cwd: join(FOLDER, 'go') });
  return [program];
};
const hasGo = hasProgram('go', 'version');
/** Go's proxy is asked for the module once; on a machine that cannot reach it, these tests are skipped. */
const hasGoLibrary = hasGo && hasProgram('go', '-C', join(FOLDER, 'go'), 'mod', 'download');

const whole = { isWhole: true } as const;
const judge = { isWhole: false } as const;
export const EXAMPLE_RECEIVERS: readonly ExampleReceiver[] = [
  {
    ...whole,
    name: 'TypeScript',
    file: 'typescript/receiver.ts',
    isHere: true,
    command: (file) => [process.execPath, '--disable-warning=ExperimentalWarning', file],
  },
  {
    ...judge,
    name: 'TypeScript with the npm package',
    file: 'typescript/with-library.ts',
    isHere: true,
    command: (file) => [process.execPath, '--disable-warning=ExperimentalWarning', file],
  },
  {
    ...whole,
    name: 'Python',
    file: 'python/receiver.py',
    isHere: hasProgram('python3'),
    command: (file) => ['python3', file],
  },
  {
    ...judge,
    name: 'Python with the PyPI package',
    file: 'python/with_library.py',
    isHere: hasProgram('python3', '-c', 'import standardwebhooks'),
    command: (file) => ['python3', file],
  },
  { ...whole, name: 'Go', file: 'go/receiver.go', isHere: hasGo, command: goBuilt },
  { ...judge, name: 'Go with the module', file: 'go/with-library.go', isHere: hasGoLibrary, command: goBuilt },
  {
    ...whole,
    name: 'Java',
    file: 'java/Receiver.java',
    // A JRE without the JDK cannot run source files.
    isHere: hasProgram('javac', '-version'),
    command: (file) => ['java', file],
  },
  {
    ...whole,
    name: 'PHP',
    file: 'php/receiver.php',
    isHere: hasProgram('php'),
    command: (file, _scratch, port) => ['php', '-S', `127.0.0.1:${port}`, file],
  },
  {
    ...whole,
    name: 'Ruby',
    file: 'ruby/receiver.rb',
    isHere: hasProgram('ruby', '-e', 'require "webrick"'),
    command: (file) => ['ruby', file],
  },
];

/** An example receiver that runs, with a port and an inbox of its own. */
export class RunningReceiver {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(example: ExampleReceiver, secret: string): Promise<RunningReceiver> {
    const folder = mkdtempSync(join(tmpdir(), 'signet-receiver-'));
    const port = await freePort();
    const [program, ...args] = example.command(join(FOLDER, example.file), folder, port);
    const said: string[] = [];
    const child = spawn(program, args, {
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port), INBOX: join(folder, 'inbox') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [child.stdout, child.stderr]) output.on('data', (text: Buffer) => said.push(text.toString()));
    const receiver = new RunningReceiver(`http://127.0.0.1:${port}/hook`, child, folder);
    try {
      await waitFor(() => child.exitCode !== null || listens(port), { what: example.file });
      if (child.exitCode !== null) throw new Error(`${example.file} ended: ${said.join('')}`);
      return receiver;
    } catch (error) {
      await receiver.stop();
      throw error;
    }
  }

  /** The messages in its inbox, by their ids. */
  inbox(): ReadonlyMap<string, string> {
    const inbox = join(this.folder, 'inbox');
    const ids = readdirSync(inbox);
    return new Map(ids.map((id) => [id, readFileSync(join(inbox, id), 'utf8')]));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (result: boolean) => (): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
