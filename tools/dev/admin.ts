// `npm run admin -- check`: signet-admin on the system that `npm start` runs. SIGNET_KAFKA_BROKERS may name another Kafka.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openDataDir } from './data-folder/data-dir.ts';
import { provideKeys } from './demo/keys.ts';
import type { LocalFile } from './data-folder/local-file.ts';
import { readPrivateJson } from './data-folder/private-file.ts';
import { readSettings, ROOT, SECRETS } from './settings.ts';

const COMMAND = 'apps/admin/dist/main.js';

const settings = readSettings(process.env);
const local = readPrivateJson<LocalFile>(join(settings.dataDir, 'local.json'));
const args = process.argv.slice(2);
if (local === undefined && settings.kafkaBrokers === undefined) {
  console.error(`Nothing runs in ${settings.dataDir}: run npm start first, or set SIGNET_KAFKA_BROKERS.`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [join(ROOT, COMMAND), ...args], {
  stdio: 'inherit',
  env: {
    SIGNET_PREFIX: local?.prefix,
    ...process.env,
    SIGNET_KAFKA_BROKERS: settings.kafkaBrokers ?? local?.kafkaBrokers,
    ...(local && ofTheRunning(local)),
  },
});
process.exitCode = status ?? 1;

/** Settings that `npm start` has decided for the services. */
function ofTheRunning({ installation, databaseUrl }: LocalFile): NodeJS.ProcessEnv {
  const { sealingKeys } = provideKeys(settings, openDataDir(settings.dataDir));
  return {
    // What npm start has read from these files stands below.
    ...Object.fromEntries(SECRETS.map((name) => [`${name}_FILE`, undefined])),
    SIGNET_INSTALLATION: installation,
    SIGNET_DATABASE_URL: databaseUrl,
    SIGNET_SEALING_KEYS: sealingKeys,
  };
}
