// `npm run image`: carries out the steps of deploy/docker/Dockerfile in a clean folder without Docker, starts every service from what comes
// out of it, runs its health check, and prints its size. It needs the registry of npm, and Java for Kafka.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '@signet/embedded';
import { SERVICES } from '../dev/gateway/gateway-routes.ts';
import type { ServiceName } from '../dev/gateway/gateway-routes.ts';
import { ROOT } from '../dev/settings.ts';
import { TestServers } from '../test/test-servers.ts';
import { buildStages } from './build-steps.ts';
import { configOf, stagesOf } from './dockerfile.ts';
import type { ImageConfig } from './dockerfile.ts';
import { RunningImage } from './run-image.ts';

/** Without Node itself and Debian's files, megabytes. */
const TARGET_MB = 150;

const say = (line: string): void => console.log(line);
const folder = mkdtempSync(join(tmpdir(), 'signet-image-'));
// The user of the image is another one than ours, and has to pass through.
chmodSync(folder, 0o755);
const servers = new TestServers();

interface Trial {
  readonly config: ImageConfig;
  readonly root: string;
  readonly databaseUrl: string;
  readonly brokers: string;
}

/** The servers that the services need; ingestion has no database. */
const settingsOf = ({ databaseUrl, brokers }: Trial, isStored: boolean): Record<string, string> => ({
  SIGNET_INSTALLATION: 'image',
  SIGNET_KAFKA_BROKERS: brokers,
  ...(isStored && {
    SIGNET_DATABASE_URL: databaseUrl,
    SIGNET_SEALING_KEYS: `1:${Buffer.alloc(32, 1).toString('base64')}`,
  }),
});

/** As the Job does before a roll-out. @throws when it does not end well */
async function tryMigration(trial: Trial): Promise<void> {
  const command = ['apps/admin/dist/main.js', 'migrate'];
  const env = settingsOf(trial, true);
  const running = new RunningImage({ config: trial.config, root: trial.root, node: process.execPath, env, command });
  const code = await running.ended();
  if (code !== 0) throw new Error(`signet-admin migrate ended with ${code}:\n${running.output}`);
  say('signet-admin migrate made the tables.');
}

/** @throws when the service does not become healthy, then ready, or does not end by itself */
async function tryService(service: ServiceName, trial: Trial): Promise<void> {
  // Containers have a network of their own; these processes share the machine's.
  const [httpPort, managementPort] = [String(await freePort()), String(await freePort())];
  const isStored = service !== 'ingestion';
  const env = {
    ...settingsOf(trial, isStored),
    ...(isStored && { SIGNET_MIGRATE: 'never' }),
    SIGNET_HTTP_PORT: httpPort,
    SIGNET_MANAGEMENT_PORT: managementPort,
  };
  const command = [`apps/${service}/dist/main.js`];
  const running = new RunningImage({ config: trial.config, root: trial.root, node: process.execPath, env, command });
  try {
    if (running.health() === 0) throw new Error('The health check is content before the service can be up.');
    await running.untilHealthy();
    await running.untilReady(managementPort);
    if (service === 'registry') {
      const page = await fetch(`http://127.0.0.1:${httpPort}/console/`);
      if (!(await page.text()).includes('<script')) throw new Error(`The console is not in the image: ${page.status}`);
    }
    const code = await running.stop();
    if (code !== 0) throw new Error(`${service} ended with ${code}:\n${running.output}`);
  } finally {
    running.kill();
  }
  say(`${service} was healthy and ready, and ended by itself when it was told to stop.`);
}

try {
  const stages = stagesOf(readFileSync(join(ROOT, 'deploy/docker/Dockerfile'), 'utf8'));
  const config = configOf(stages.at(-1) as (typeof stages)[number]);
  const root = buildStages(stages, { folder, nodeFolder: dirname(process.execPath), say });

  const megabytes = Number(spawnSync('du', ['-sk', root], { encoding: 'utf8' }).stdout.split('\t')[0]) / 1_024;
  say(`The image is ${megabytes.toFixed(1)} MB beside Node (target: at most ${TARGET_MB}).`);
  if (megabytes > TARGET_MB) throw new Error('The image is too large.');

  const { SIGNET_TEST_DATABASE_URL: databaseUrl = '', SIGNET_TEST_KAFKA_BROKERS: brokers = '' } = await servers.start();
  const trial = { config, root, databaseUrl, brokers };
  await tryMigration(trial);
  for (const service of SERVICES) await tryService(service, trial);
} finally {
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
}
