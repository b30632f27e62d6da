/**
 * `signet-admin search-secrets`, with the settings of the services: searches every table, every record on Kafka, and
 * folders such as those of logs, for the secrets of the settings and of a file. It reports the places, and never the
 * secrets.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { silentLogger } from '@signet/kafka';
import {
  databaseAddress,
  defineSettings,
  EXIT_FAILED,
  kafkaClient,
  loadSettings,
  optionalSetting,
  reachableServers,
  reportOf,
  searchDatabase,
  searchFolder,
  searchTopics,
  SecretSearch,
  sharedSettings,
  text,
  UsageError,
} from '@signet/service-kit';
import type { CommandReport, SearchReport } from '@signet/service-kit';
import { secretsOfFile, secretsOfSettings } from './secrets-to-search.ts';

const USAGE = `signet-admin search-secrets [--secrets FILE] [--folder DIR]… [--json]
    Looks through PostgreSQL, Kafka and the folders for the secrets of the settings, and for those of FILE (- is standard input), a
    line each: NAME=VALUE. It looks for each as it is, in hex, base64, base64url and percent-encoded. Ends with 1 where one is found.
`;

const SETTINGS = defineSettings({
  ...sharedSettings.database,
  ...sharedSettings.kafka,
  ...sharedSettings.operatorKey,
  // Read as text and not as keys: the search looks for the text.
  SIGNET_SEALING_KEYS: optionalSetting(
    text((raw) => raw, 'must be text'),
    sharedSettings.sealing.SIGNET_SEALING_KEYS.explanation,
    { secret: true },
  ),
});

interface Asked {
  readonly secrets?: string | undefined;
  readonly folder?: string[] | undefined;
  readonly json?: boolean | undefined;
  readonly help?: boolean | undefined;
}

function askedOf(args: readonly string[]): Asked {
  try {
    return parseArgs({
      args: [...args],
      options: {
        secrets: { type: 'string' },
        folder: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function searchSecrets({ secrets: file, folder: folders = [] }: Asked): Promise<CommandReport> {
  const settings = loadSettings(SETTINGS, process.env);
  const given = file === undefined ? [] : secretsOfFile(readFileSync(file === '-' ? 0 : file, 'utf8'));
  const search = new SecretSearch([...secretsOfSettings(settings), ...given]);
  const database = databaseAddress(settings);
  const kafka = kafkaClient(settings, 'search-secrets', silentLogger);
  await reachableServers({ database, kafka }, silentLogger);
  const places: Record<string, SearchReport> = {
    PostgreSQL: await searchDatabase(database, search),
    Kafka: await searchTopics(kafka, search),
  };
  for (const folder of folders) places[folder] = await searchFolder({ folder }, search);
  const leaks = Object.values(places).flatMap((report) => report.leaks);
  return {
    lines: [
      ...leaks.map(({ where, secret, form }) => `${where} holds ${secret} (${form}).`),
      ...Object.entries(places).map(
        ([place, report]) => `${place}: ${report.leaks.length} found in ${report.places} rows, records or files.`,
      ),
    ],
    data: { places },
    exitCode: leaks.length > 0 ? EXIT_FAILED : 0,
  };
}

let isJson = false;
const {
  lines,
  data,
  exitCode = 0,
} = await reportOf(async () => {
  const asked = askedOf(process.argv.slice(2));
  isJson = asked.json ?? false;
  return asked.help ? { lines: [USAGE.trimEnd()], data: { usage: USAGE } } : searchSecrets(asked);
});
if (isJson) process.stdout.write(`${JSON.stringify({ command: 'search-secrets', exitCode, ...data })}\n`);
else (exitCode > EXIT_FAILED ? process.stderr : process.stdout).write(`${lines.join('\n')}\n`);
process.exitCode = exitCode;
