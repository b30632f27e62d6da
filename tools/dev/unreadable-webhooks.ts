// `npm run unreadable-webhooks -- list`: the command of the registry, on the system that `npm start` runs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openDataDir } from './data-dir.ts';
import { provideKeys } from './keys.ts';
import type { LocalFile } from './local-file.ts';
import { readPrivateJson } from './private-file.ts';
import { readSettings, ROOT, SECRETS } from './settings.ts';

const COMMAND = 'apps/registry/dist/unreadable-webhooks.js';

const settings = readSettings(process.env);
const local = readPrivateJson<LocalFile>(join(settings.dataDir, 'local.json'));
if (local === undefined) {
  console.error(`Nothing runs in ${settings.dataDir}: run npm start first.`);
  process.exit(1);
}
const { sealingKeys } = provideKeys(settings, openDataDir(settings.dataDir));
const flags = ['--disable-warning=TimeoutNegativeWarning'];
const { status } = spawnSync(process.execPath, [...flags, join(ROOT, COMMAND), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    SIGNET_LOG_LEVEL: 'warn',
    ...process.env,
    // What npm start has read from these files stands below.
    ...Object.fromEntries(SECRETS.map((name) => [`${name}_FILE`, undefined])),
    SIGNET_INSTALLATION: local.installation,
    SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
    SIGNET_PREFIX: local.prefix,
    SIGNET_DATABASE_URL: local.databaseUrl,
    SIGNET_SEALING_KEYS: sealingKeys,
  },
});
process.exitCode = status ?? 1;
