import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mavenExecutable } from '../executables.ts';
import type { Log } from '../log.ts';

export interface KafkaJarsOptions {
  /** Where jars are kept between runs, such as ~/.cache/signet. */
  readonly cacheDir: string;
  /** A pom.xml whose dependencies are the broker. */
  readonly pom: string;
  readonly log: Log;
  /** Ends Maven; the promise rejects. */
  readonly signal?: AbortSignal;
}

/** How long silence lasts before a line says that Maven is still at it. */
const STILL_AT_IT_MS = 10_000;

/**
 * The folder with the jars of Kafka, from the cache or, once for each pom.xml, from Maven. Two processes may ask at the
 * same time: each fetches into a folder of its own, and the rename of the first one counts.
 */
export async function ensureKafkaJars({ cacheDir, pom, log, signal }: KafkaJarsOptions): Promise<string> {
  const content = readFileSync(pom, 'utf8');
  const version = /<version>([^<]+)<\/version>/.exec(content)?.[1] ?? 'unknown';
  const key = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const libDir = join(cacheDir, `kafka-${version}-${key}`);
  if (existsSync(libDir)) return libDir;
  const maven = mavenExecutable();
  log(`Fetching Kafka ${version} with Maven into ${libDir} (once, about 45 MB)`);
  mkdirSync(cacheDir, { recursive: true });
  const half = mkdtempSync(join(cacheDir, '.kafka-'));
  try {
    await copyDependencies({ maven, pom, outputDirectory: half, log, signal });
    renameSync(half, libDir);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(libDir)) throw error;
  }
  return libDir;
}

interface Copying {
  readonly maven: string;
  readonly pom: string;
  readonly outputDirectory: string;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

function copyDependencies({ maven, pom, outputDirectory, log, signal }: Copying): Promise<void> {
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${outputDirectory}`];
  args.push('-DincludeScope=runtime');
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(maven, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setInterval(() => {
      log(`Maven is still fetching Kafka (${Math.round((performance.now() - startedAt) / 1000)} s)`);
    }, STILL_AT_IT_MS);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(timer);
      if (code === 0) resolve();
      else
        reject(new Error(`Maven could not fetch Kafka (${signal ?? `exit code ${code}`}):\n${output.slice(-2_000)}`));
    });
  });
}
