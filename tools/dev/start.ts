// `npm start`: PostgreSQL, Kafka, the three services, one public address, a demo tenant and a first event.
import type { LocalFile } from './data-folder/local-file.ts';
import { bold, elapsedSeconds, green, plain, say, warn } from './progress.ts';
import { readSettings } from './settings.ts';
import { shownDatabase } from './servers/shown-database.ts';
import { System } from './system.ts';

/** The terminal sends a Ctrl-C to us, and npm passes it on to us as well: two signals within this time count as one. */
const SAME_SIGNAL_MS = 700;

let system: System | undefined;
let stoppedAt: number | undefined;
let hard = false;

async function stop(why: string, exitCode: number): Promise<void> {
  if (stoppedAt !== undefined) {
    if (hard || performance.now() - stoppedAt < SAME_SIGNAL_MS) return;
    hard = true;
    warn('Ending everything at once');
    return void (await system?.stop({ hard }));
  }
  stoppedAt = performance.now();
  say(why);
  try {
    await system?.stop();
    say('Everything has ended');
    process.exit(exitCode);
  } catch (error) {
    warn((error as Error).message);
    process.exit(1);
  }
}

const originOf = (variable: string, given: string | undefined): string =>
  given === undefined ? `started here, since ${variable} is not set` : `from ${variable}`;

function summary(
  { url, installation, databaseUrl, kafkaBrokers, tenantId, services, prometheus, alertmanager }: LocalFile,
  system: System,
): void {
  plain();
  plain(`  ${bold('Signet')}       ${url}`);
  plain(`  ${bold('Console')}      ${url}/console/`);
  plain(`  Kafka        ${kafkaBrokers} (${originOf('SIGNET_KAFKA_BROKERS', system.settings.kafkaBrokers)})`);
  plain(
    `  PostgreSQL   ${shownDatabase(databaseUrl)} (${originOf('SIGNET_DATABASE_URL', system.settings.databaseUrl)})`,
  );
  plain(`  installation ${installation}`);
  for (const [name, { port, managementPort }] of Object.entries(services)) {
    plain(`  ${name.padEnd(12)} http://127.0.0.1:${port}  metrics and health: http://127.0.0.1:${managementPort}`);
  }
  if (prometheus) plain(`  Prometheus   ${prometheus}`);
  if (alertmanager) plain(`  Alertmanager ${alertmanager}`);
  plain(`  demo tenant  ${tenantId}`);
  plain();
  if (system.keys.operatorKeyIsNew) {
    plain(`  The operator's key, shown this once (kept in ${system.dataDir.keys}):`);
    plain(`  ${bold(system.keys.operatorKey)}`);
  } else {
    plain(`  The operator's key is in ${system.dataDir.local}`);
  }
  plain(`  Keys, ports and processes while this runs: ${system.dataDir.local}`);
  plain(`  Logs: ${system.dataDir.logs}`);
  plain();
  say(`${green('Signet is ready')} after ${elapsedSeconds().toFixed(1)} s. Ctrl-C stops it.`);
}

/** @throws with a sentence about an argument that is not known */
function readArguments(args: readonly string[]): { watch: boolean } {
  const unknown = args.find((arg) => arg !== '--watch');
  if (unknown !== undefined)
    throw new Error(`npm start does not know "${unknown}". It takes --watch, as npm start -- --watch.`);
  // npm takes an option before `--` for one of its own and does not pass it on.
  if (process.env['npm_config_watch'] !== undefined && !args.includes('--watch'))
    throw new Error('npm kept --watch for itself. Type npm start -- --watch.');
  return { watch: args.includes('--watch') };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop(`Stopping (${signal})`, 0));
}
// The bootstrap was killed, and with it the only process that passes signals on to us.
process.on('disconnect', () => void stop('Stopping: the terminal is gone', 0));
process.on('uncaughtException', (error) => {
  warn(error.stack ?? String(error));
  void stop('Stopping because of an error', 1);
});

/** Variables that only the launcher reads. Where the environment has no other of ours, the services' settings need no check and are not loaded. */
const OF_LAUNCHER: ReadonlySet<string> = new Set(['SIGNET_DATA_DIR', 'SIGNET_CACHE_DIR', 'SIGNET_PORT']);

/** @throws with a sentence about each bad value */
async function checkSettings(): Promise<void> {
  if (!Object.keys(process.env).some((name) => name.startsWith('SIGNET_') && !OF_LAUNCHER.has(name))) return;
  const { checkServiceSettings } = await import('./services/service-settings.ts');
  for (const sentence of checkServiceSettings(process.env)) warn(sentence);
}

try {
  const { watch } = readArguments(process.argv.slice(2));
  await checkSettings();
  system = await System.open(readSettings(process.env));
  summary(await system.start({ watch }), system);
} catch (error) {
  if (stoppedAt === undefined) {
    warn((error as Error).message);
    await stop('Stopping: Signet could not be started', 1);
  }
}
