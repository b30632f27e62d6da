import { defineCounter, defineGauge, eachOf } from '@signet/service-kit';

/** At most this many failing webhooks have a series of their own, the newest failures first. */
export const MAX_WEBHOOK_SERIES = 200;

/** The metrics that only the registry has; the service kit adds those of every service. */
export const REGISTRY_METRICS = {
  webhooks: defineGauge({
    name: 'signet_registry_webhooks',
    help: 'Webhooks by state.',
    unit: 'webhooks',
    use: 'Growth. A step in `disabled` is worth a look at signet_webhooks_disabled_total.',
    labels: ['state'],
  }),
  consecutiveFailures: defineGauge({
    name: 'signet_webhook_consecutive_failures',
    help: `Failures in a row of a failing webhook, also for a day after it was disabled because of them. Shows the ${MAX_WEBHOOK_SERIES} webhooks that failed last.`,
    unit: 'failures',
    use: 'Alerts SignetWebhookFailing (3, 5 and 10 failures): the tenant looks at the receiver.',
    labels: ['webhook_id', 'tenant_id'],
  }),
  disabled: defineGauge({
    name: 'signet_webhook_disabled',
    help: `1 for a webhook that was disabled automatically within the last 24 hours and has not been enabled since. The ${MAX_WEBHOOK_SERIES} that were disabled last.`,
    unit: 'webhooks',
    use: 'Alert SignetWebhookDisabled: the tenant mends the receiver and enables the webhook.',
    labels: ['webhook_id', 'tenant_id', 'reason'],
  }),
  seriesLeftOut: defineGauge({
    name: 'signet_webhook_series_left_out',
    help: `Webhooks beyond the ${MAX_WEBHOOK_SERIES} that each of the two metrics of single webhooks shows.`,
    unit: 'webhooks',
    use: 'Above 0 so many webhooks fail that their common cause matters more than each of them.',
    labels: ['metric'],
  }),
  alertsRaised: defineCounter({
    name: 'signet_webhook_alerts_total',
    help: 'Alerts about failures in a row, by the number of failures that raised them.',
    unit: 'alerts',
    use: 'How many webhooks get into trouble. Counted by the replica that recorded the failure.',
    labels: ['threshold'],
  }),
  disablings: defineCounter({
    name: 'signet_webhooks_disabled_total',
    help: 'Webhooks that were disabled: by a person (`manual`), by failures in a row (`failing`), by a 410 (`gone`).',
    unit: 'webhooks',
    use: 'Many `failing` at once have one cause: look at the platform before the receivers.',
    labels: ['reason'],
    startsAt0: eachOf('reason', ['manual', 'failing', 'gone']),
  }),
  deadLetters: defineCounter({
    name: 'signet_registry_dead_letters_total',
    help: 'Records of delivery.outcomes.v1 that were set aside, by reason.',
    unit: 'records',
    use: 'Alert SignetDeadLetters: an outcome that could not be read or stored. Read it on registry.dead-letter.v1.',
    labels: ['reason'],
    startsAt0: eachOf('reason', ['no_value', 'not_json', 'schema', 'not_storable', 'handler_error']),
  }),
  alertMails: defineCounter({
    name: 'signet_registry_alert_mails_total',
    help: 'Alerts by e-mail, by how they ended.',
    unit: 'mails',
    use: '`refused` and `expired` mean that a tenant was not told: look at the mail server. `unwanted`: the tenant has asked for no mails.',
    labels: ['result'],
    startsAt0: eachOf('result', ['sent', 'unwanted', 'refused', 'expired']),
  }),
  alertMailsWaiting: defineGauge({
    name: 'signet_registry_alert_mails_waiting',
    help: 'Alerts that wait to be mailed.',
    unit: 'mails',
    use: 'Grows while the mail server does not take them.',
  }),
};
