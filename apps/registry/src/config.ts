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
    'Ids between commas of sealing keys that are lost: the registry starts although it cannot open what they sealed.',
    { default: '' },
  ),
  SIGNET_WEBHOOKS_PER_URL: setting(integer(1, 1_000_000), 'Webhooks of one tenant that may have the same URL.', {
    default: '10',
  }),
  SIGNET_PUBLICATION_WAIT: setting(
    duration(),
    'How long the answer to a change waits for Kafka to have it at most; the change itself is durable before.',
    { default: '5s' },
  ),
  SIGNET_TABLE_HEARTBEAT: setting(
    duration({ min: 100 }),
    'How often the registry writes a heartbeat onto its topics, and looks whether they are still complete.',
    { default: '10s' },
  ),
  SIGNET_SMTP_URL: optionalSetting(
    smtpUrl(),
    'Mail server that takes the alerts for tenants with an alertEmail, as smtp://user:password@host:587 or smtps://host; unset, no mail is sent.',
    { secret: true },
  ),
  SIGNET_SMTP_FROM: setting(mailAddress(), 'Sender of the alerts by e-mail.', {
    default: 'Signet <signet@localhost>',
  }),
});
export type RegistrySettings = SettingsOf<typeof settings>;
