// `npm run dead-letters -- list`: the command of ingestion, with the Kafka of `npm start` unless SIGNET_KAFKA_BROKERS is set.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { LocalFile } from './local-file.ts';
import { readPrivateJson } from './private-file.ts';
import { readSettings, ROOT } from './settings.ts';

const COMMAND = 'apps/ingestion/dist/commands/dead-letters.js';

const { dataDir, kafkaBrokers } = readSettings(process.env);
const local = readPrivateJson<LocalFile>(join(dataDir, 'local.json'));
const brokers = kafkaBrokers ?? local?.kafkaBrokers;
if (brokers === undefined) {
  console.error(`Nothing runs in ${dataDir}: run npm start first, or set SIGNET_KAFKA_BROKERS.`);
  process.exit(1);
}
const flags = ['--disable-warning=TimeoutNegativeWarning'];
const { status } = spawnSync(process.execPath, [...flags, join(ROOT, COMMAND), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { SIGNET_PREFIX: local?.prefix, ...process.env, SIGNET_KAFKA_BROKERS: brokers },
});
process.exitCode = status ?? 1;
