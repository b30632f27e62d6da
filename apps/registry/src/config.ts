import type { SettingsOf } from '@signet/service-kit';
import {
  defineSettings,
  duration,
  integer,
  list,
  optionalSetting,
  setting,
  sharedSettings,
  text,
} from '@signet/service-kit';
import { mailAddress, smtpUrl } from './alerts/alert-mail.settings.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** Every setting of the registry. */
export const settings = defineSettings({
  ...sharedSettings.service({ port: 3000, managementPort: 3100 }),
  ...sharedSettings.drain,
  ...sharedSettings.limits({ rateLimit: 500 }),
  ...sharedSettings.tracing,
  ...sharedSettings.startup,
  ...sharedSettings.installation,
  ...sharedSettings.kafka,
  ...sharedSettings.database,
  ...sharedSettings.sealing,
  ...sharedSettings.operatorKey,
  ...sharedSettings.egress,
  ...sharedSettings.failures,
  SIGNET_LOST_SEALING_KEYS: setting(
    list(
      text((raw) => (KEY_ID.test(raw) ? raw : undefined), 'must be the id of a sealing key'),
      { min: 0 },
    ),
    'Ids of lost sealing keys, separated by commas: the registry starts although it cannot decrypt the secrets of these keys.',
    { default: '' },
  ),
  SIGNET_WEBHOOKS_PER_URL: setting(
    integer(1, 1_000_000),
    'Largest number of webhooks of one tenant with the same URL.',
    {
      default: '10',
    },
  ),
  SIGNET_SESSION_LIFETIME: setting(
    duration({ min: MINUTE_MS, max: 30 * DAY_MS }),
    'How long a browser stays signed in to the console; then it asks for the API key again.',
    { default: '12h' },
  ),
  SIGNET_PUBLICATION_WAIT: setting(
    duration(),
    'The response to a change waits at most this long until the change is on Kafka, too. The change is durable in PostgreSQL before that.',
    { default: '5s' },
  ),
  SIGNET_TABLE_HEARTBEAT: setting(
    duration({ min: 100 }),
    'How often the registry writes a heartbeat to its topics and checks that no record is missing there.',
    { default: '10s' },
  ),
  SIGNET_SMTP_URL: optionalSetting(
    smtpUrl(),
    'Mail server for the alerts to tenants with an alertEmail, as smtp://user:password@host:587 or smtps://host; unset: no mail is sent.',
    { secret: true },
  ),
  SIGNET_SMTP_FROM: setting(mailAddress(), 'Sender (From) of the alerts by e-mail.', {
    default: 'Signet <signet@localhost>',
  }),
});
export type RegistrySettings = SettingsOf<typeof settings>;
