import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Of the repository, and of the image. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** A process that a signal has ended. */
const EXIT_SIGNALLED = 1;
/** kafkajs computes negative time-outs, which Node.js tells each time. */
const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

export interface ChildResult {
  readonly exitCode: number;
  /** Empty where the child printed by itself. */
  readonly output: string;
}

/**
 * Runs a program of ours and hands it what ends us: Kubernetes sends a Job's signals to this process only.
 *
 * @param stdout `inherit`: the child prints by itself
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
