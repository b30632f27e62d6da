import type { KafkaClientOptions } from '@signet/kafka';
import {
  checkCommand,
  defineSettings,
  loadSettings,
  migrateCommand,
  reachableServers,
  resealAnswers,
  sharedSettings,
  withDatabase,
} from '@signet/service-kit';
import type { AdminCommand } from '@signet/service-kit';
import type { Client } from 'pg';
import { settings as ofDelivery } from '../config.ts';
import { deliveryDatabase } from '../database/database.ts';
import { MikroOrmDatabase } from '../database/mikro-orm-database.ts';
import { checkFormats } from './check-formats.ts';
import { rebuildDeliveries } from './rebuild-deliveries.ts';

/** No command needs more than these. */
const STORED = defineSettings({ ...sharedSettings.installation, ...sharedSettings.database });
const SEALED = defineSettings({ ...STORED, ...sharedSettings.sealing });
const { SIGNET_WRITE_FORMATS } = ofDelivery;
const ALL = defineSettings({ ...STORED, ...sharedSettings.kafka, SIGNET_WRITE_FORMATS });

/** Commands of delivery for signet-admin. All of them may run while delivery runs. */
export const COMMANDS: Readonly<Record<string, AdminCommand>> = {
  migrate: (args, logger) => migrateCommand(deliveryDatabase(loadSettings(STORED, process.env)), args, logger),

  /** Seals the answers that are stored for Idempotency-Keys again, with the first of SIGNET_SEALING_KEYS. */
  reseal: async (_args, logger) => {
    const { SIGNET_SEALING_KEYS: sealing, ...settings } = loadSettings(SEALED, process.env);
    const database = deliveryDatabase(settings);
    await reachableServers({ database }, logger);
    const answers = await withDatabase(database, logger, (orm) => resealAnswers(orm.em.fork(), sealing));
    const { activeKeyId: keyId } = sealing;
    return {
      lines: [`delivery: ${answers} kept answers are now under the sealing key "${keyId}"; the others were.`],
      data: { answers, keyId },
    };
  },

  /** Drops the deliveries table's rows and the work queue, and makes both anew from the log. Writes of delivery wait meanwhile. */
  rebuild: async (_args, logger) => {
    const database = deliveryDatabase(loadSettings(STORED, process.env));
    await reachableServers({ database }, logger);
    const deliveries = await withDatabase(database, logger, (orm) => rebuildDeliveries(new MikroOrmDatabase(orm.em)));
    return { lines: [`delivery: ${deliveries} deliveries are rebuilt from their log.`], data: { deliveries } };
  },

  check: (_args, logger) => {
    const settings = loadSettings(ALL, process.env);
    const { SIGNET_WRITE_FORMATS: writeFormats } = settings;
    const more = (client: Client, kafka: KafkaClientOptions) => checkFormats(client, kafka, writeFormats);
    return checkCommand({ name: 'delivery', settings, database: deliveryDatabase(settings), more }, logger);
  },
};
