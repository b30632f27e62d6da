import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The root of the repository, or of the image. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Exit code for a child that a signal has ended. */
const EXIT_SIGNALLED = 1;
/** kafkajs computes negative time-outs, and Node.js warns of each. */
const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

export interface ChildResult {
  readonly exitCode: number;
  /** Empty where the child printed to our stdout. */
  readonly output: string;
}

/**
 * Runs one of our programs, and passes on the signals that would end this process: Kubernetes sends a Job's signals
 * to this process only.
 *
 * @param stdout `inherit`: the child prints to our stdout
 */
export async function runChild(
  program: string,
  args: readonly string[],
  stdout: 'pipe' | 'inherit',
): Promise<ChildResult> {
  const child = spawn(process.execPath, [...FLAGS, `${ROOT}${program}`, ...args], {
    stdio: ['inherit', stdout, 'inherit'],
  });
  const end = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { exitCode: code ?? EXIT_SIGNALLED, output };
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  }
}
