import {
  checkCommand,
  claimTopics,
  compareWithKafka,
  defineSettings,
  loadSettings,
  migrateCommand,
  resealAnswers,
  sharedSettings,
} from '@signet/service-kit';
import type { AdminCommand } from '@signet/service-kit';
import { settings as definitions } from '../config.ts';
import { registryDatabase } from '../database/database.ts';
import { rebuildActivity, rebuildProjections } from '../rebuild/rebuild-read-models.ts';
import { republishAll } from '../republish/republish-all.ts';
import { resealWebhooks } from '../reseal/reseal-webhooks.ts';
import { checkSealingKeys } from '../sealing-keys/check-sealing-keys.ts';
import { registryCommand } from './registry-command.ts';
import { unreadableWebhooksCommand } from './unreadable-webhooks-command.ts';

/** The settings that a migration needs. It opens no secret, so the sealing keys are not among them. */
const STORED = defineSettings({ ...sharedSettings.installation, ...sharedSettings.database });

/** The commands that signet-admin runs in the registry. All of them may run while the registry runs. */
export const COMMANDS: Readonly<Record<string, AdminCommand>> = {
  migrate: (args, logger) => migrateCommand(registryDatabase(loadSettings(STORED, process.env)), args, logger),

  /**
   * Seals every stored secret under the first of SIGNET_SEALING_KEYS, in the database and on Kafka. It may be
   * interrupted and run again.
   */
  reseal: registryCommand({ name: 'registry-reseal', usesKafka: false }, async ({ orm, settings, republication }) => {
    const sealing = settings.SIGNET_SEALING_KEYS;
    const resealed = await resealWebhooks(orm.em.fork(), sealing, republication, settings.SIGNET_LOST_SEALING_KEYS);
    const answers = await resealAnswers(orm.em.fork(), sealing);
    const { activeKeyId: keyId } = sealing;
    return {
      lines: [
        `registry: ${resealed} stored secrets and ${answers} kept answers are now under the sealing key "${keyId}"; the others were.`,
      ],
      data: { resealed, answers, keyId },
    };
  }),

  /**
   * Has the present state of every webhook, tenant and API key published once more, and claims the topics that have
   * no claim record.
   */
  republish: registryCommand({ name: 'registry-republish', usesKafka: true }, async (context) => {
    const { orm, kafka, settings, republication } = context;
    const { SIGNET_INSTALLATION: installation } = settings;
    await claimTopics(kafka, installation, await compareWithKafka(kafka, installation));
    const aggregates = await republishAll(orm.em.fork(), republication);
    return {
      lines: [`registry: the present state of ${aggregates} webhooks, tenants and API keys is to be published.`],
      data: { aggregates },
    };
  }),

  /** Drops the read models and builds them again from the events; then reads from Kafka when each webhook last succeeded and failed. */
  rebuild: registryCommand({ name: 'registry-rebuild', usesKafka: true }, async ({ orm, kafka }) => {
    await rebuildProjections(orm.em.fork());
    const webhooks = await rebuildActivity(orm.em.fork(), kafka);
    return {
      lines: [
        'registry: the projections are rebuilt from the events.',
        `registry: the activity of ${webhooks} webhooks is raised to what Kafka knows.`,
      ],
      data: { webhooks },
    };
  }),

  'unreadable-webhooks': unreadableWebhooksCommand,

  check: (_args, logger) => {
    const settings = loadSettings(definitions, process.env);
    const { SIGNET_SEALING_KEYS, SIGNET_LOST_SEALING_KEYS } = settings;
    return checkCommand(
      {
        name: 'registry',
        settings,
        database: registryDatabase(settings),
        checkDatabase: (client) => checkSealingKeys(client, SIGNET_SEALING_KEYS, SIGNET_LOST_SEALING_KEYS),
      },
      logger,
    );
  },
};
