import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { javaExecutable } from '../executables.ts';
import { freePort } from '../free-port.ts';
import { probeBroker } from './kafka-probe.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { scramArguments, writeSecurityFiles } from './kafka-security.ts';
import { logProperties, serverProperties } from './kafka-settings.ts';
import type { Log } from '../log.ts';
import type { EndingStep, ProcessMark } from '../processes.ts';
import { commandLineOf, endProcess, isRunning } from '../processes.ts';
import { startServerProcess, untilReady } from '../server-process.ts';

export interface KafkaOptions {
  /** Everything lies here and survives restarts. */
  readonly dataDir: string;
  /** The jars: see `ensureKafkaJars`. */
  readonly libDir: string;
  /** Exactly these ports of 127.0.0.1; without them any free ones. */
  readonly port?: number | undefined;
  readonly controllerPort?: number | undefined;
  /** More listeners, SASL_SSL and SSL on localhost; `secureBrokers` and `certificateBrokers` say where. */
  readonly security?: KafkaSecurity;
  /** Largest size of the Java heap, as `-Xmx` takes it. Default `512m`. */
  readonly heap?: string;
  /**
   * Lets Java's optimising compiler work. It takes more in the first minutes than it gives back: worth it for a broker that runs
   * for long, and not for that of a test. Default false.
   */
  readonly isLongLived?: boolean;
  /** Default `<dataDir>/kafka.log`. */
  readonly logFile?: string;
  readonly log: Log;
}

export interface RunningKafka {
  /** host:port, comma-separated if there were more than one. */
  readonly brokers: string;
  /** localhost:port of the listener with TLS and users, where `security` asked for it. */
  readonly secureBrokers: string | undefined;
  /** localhost:port of the listener where a certificate is the user, where `security` has authorities for them. */
  readonly certificateBrokers: string | undefined;
  readonly port: number;
  /** The id of its cluster, which distinguishes it from another broker on its port. */
  readonly clusterId: string;
  readonly pid: number;
  /** Resolves with a sentence when the broker is gone, asked to or not. */
  readonly exited: Promise<string>;
  /** Clean shutdown, so that the next start need not recover. `hard` does not wait for it. */
  stop(options?: { hard?: boolean }): Promise<void>;
}

const READY_MS = 90_000;
const CLEAN: readonly EndingStep[] = [
  { signal: 'SIGTERM', waitMs: 15_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];
const HARD: readonly EndingStep[] = CLEAN.slice(1);

/**
 * Starts one Kafka broker in KRaft mode on 127.0.0.1; resolves when it takes connections of clients. A broker that a
 * killed launcher left running on the same data is ended first.
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const java = javaExecutable();
  await endLeftoverKafka(dataDir, options.log);

  const port = options.port ?? (await freePort());
  const controllerPort = options.controllerPort ?? (await freePort());
  const logFile = resolve(options.logFile ?? join(dataDir, 'kafka.log'));
  const files = { server: join(dataDir, 'server.properties'), log: join(dataDir, 'log4j2.properties') };
  const { security } = options;
  const secure = security && {
    ...security,
    folder: dataDir,
    port: await freePort(),
    certificatePort: await freePort(),
  };
  if (security) writeSecurityFiles(security, dataDir);
  writeFileSync(files.server, serverProperties({ logDirs: join(dataDir, 'data'), port, controllerPort, secure }));
  writeFileSync(files.log, logProperties(logFile));
  const classPath = ['-cp', `${options.libDir}/*`, `-Dlog4j2.configurationFile=${files.log}`];
  formatOnce(java, classPath, dataDir, files.server, security ? scramArguments(security) : []);

  const heap = options.heap ?? '512m';
  // Two cores are shared with everything else: the serial collector costs least, and the heap is small enough for it.
  const jvm = [`-Xmx${heap}`, '-Xms192m', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];
  // The counters for `jps` and `jstat` are sampled twenty times a second.
  jvm.push('-XX:-UsePerfData');
  if (!options.isLongLived) jvm.push('-XX:TieredStopAtLevel=1');
  const server = await startServerProcess({
    name: 'Kafka',
    command: java,
    args: [...jvm, ...classPath, 'kafka.Kafka', files.server],
    cwd: dataDir,
    env: process.env,
    logFile: join(dataDir, 'java.log'),
  });
  writeFileSync(pidFile(dataDir), JSON.stringify(server.mark));
  const stop = async (hard: boolean): Promise<void> => {
    await server.end(hard ? HARD : CLEAN);
    rmSync(pidFile(dataDir), { force: true });
  };
  const clusterId = clusterIdIn(dataDir);
  try {
    await untilReady(server, {
      name: 'Kafka',
      logFile,
      timeoutMs: READY_MS,
      attempt: () => probeBroker(port, clusterId),
    });
  } catch (error) {
    await stop(true);
    throw error;
  }
  return {
    brokers: `127.0.0.1:${port}`,
    secureBrokers: secure && `localhost:${secure.port}`,
    certificateBrokers: secure?.clientCa && `localhost:${secure.certificatePort}`,
    port,
    clusterId,
    pid: server.pid,
    exited: server.exited,
    stop: ({ hard = false } = {}) => stop(hard),
  };
}

/** A storage folder is formatted once in its life; meta.properties is written last. */
function formatOnce(java: string, classPath: string[], dataDir: string, serverFile: string, more: string[]): void {
  if (existsSync(metaFile(dataDir))) return;
  rmSync(join(dataDir, 'data'), { recursive: true, force: true });
  // May begin with a dash, which only the form with an equals sign takes.
  const clusterId = randomBytes(16).toString('base64url');
  const args = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...classPath];
  args.push('kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', serverFile, ...more);
  const { status, stdout, stderr } = spawnSync(java, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Kafka could not format its storage in ${dataDir}:\n${stdout}${stderr}`);
}

/** The name that the storage was given when it was formatted. */
function clusterIdIn(dataDir: string): string {
  const id = /^cluster\.id=(.+)$/m.exec(readFileSync(metaFile(dataDir), 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${metaFile(dataDir)} names no cluster.`);
  return id.trim();
}

const metaFile = (dataDir: string): string => join(dataDir, 'data/meta.properties');
const pidFile = (dataDir: string): string => join(dataDir, 'kafka.pid');

/** Ends the broker that a killed launcher left running on this data, if there is one. `startKafka` does so too. */
export async function endLeftoverKafka(folder: string, log: Log): Promise<void> {
  const dataDir = resolve(folder);
  if (!existsSync(pidFile(dataDir))) return;
  const mark = readMark(pidFile(dataDir));
  if (mark !== undefined && isRunning(mark) && commandLineOf(mark.pid).includes(dataDir)) {
    log(`Ending the Kafka that an earlier run left behind (process ${mark.pid})`);
    await endProcess(mark, CLEAN);
  }
  rmSync(pidFile(dataDir), { force: true });
}

function readMark(file: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessMark;
  } catch {
    return undefined;
  }
}

/** Removes a broker's data; a broker that was left running on it is ended first. */
export async function removeKafka(dataDir: string, log: Log): Promise<void> {
  await endLeftoverKafka(dataDir, log);
  rmSync(dataDir, { recursive: true, force: true });
}
