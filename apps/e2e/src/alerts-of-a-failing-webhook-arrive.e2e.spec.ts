import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import type { Webhook } from './support/api.ts';
import { testWith } from './support/programs.ts';
import { expressionsOfDashboards, Prometheus, seriesOfRules } from './support/installation/prometheus.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

/** The longest time for an alert on a busy machine: scrape, rule, group, notification. */
const ALERT_MS = 60_000;
const MESSAGES = 4;
/** Metrics that have no data in this scenario, and why. */
const WITHOUT_DATA: Readonly<Record<string, string>> = {
  signet_registry_alert_mails_total: 'exists only where SIGNET_SMTP_URL is set',
};

const isInstalled = ['prometheus', 'prometheus-alertmanager'].every(
  (program) => spawnSync(program, ['--version']).status === 0,
);

interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const startedAt = new Date();
let signet: Signet | undefined;
let local: LocalFile;
/** The server to which Alertmanager's example receivers send. */
let pager: RecordingReceiver;
/**
 * The receiver that fails. It answers only when the alert for the failures so far has arrived, so that no alert
 * overtakes another.
 */
let receiver: RecordingReceiver;
let isMended = false;
let beforeAnswer = (): Promise<unknown> => Promise.resolve();

beforeAll(async () => {
  if (!isInstalled) return;
  pager = await RecordingReceiver.start();
  receiver = await RecordingReceiver.start({
    respond: async () => {
      await beforeAnswer();
      return { status: isMended ? 200 : 500 };
    },
  });
  const settings = {
    SIGNET_RETRY_SCHEDULE: '2s',
    SIGNET_RETRY_JITTER: '0',
    // An attempt that waits for its answer must not time out.
    SIGNET_REQUEST_TIMEOUT: '120s',
    SIGNET_WATCH_INTERVAL: '1s',
    SIGNET_WATCH_RECEIVER: pager.url,
  };
  signet = await Signet.start(settings, undefined, ['--watch']);
  local = await signet.local();
});
afterAll(async () => {
  await signet?.stopAndForget();
  await receiver?.close();
  await pager?.close();
}, 60_000);

/** Every alert that Alertmanager has sent to one of its receivers, oldest first. */
const alertsAt = (path: string): Alert[] =>
  pager.requests
    .filter((request) => request.path === path)
    .flatMap(({ body }) => (JSON.parse(body.toString()) as { alerts: Alert[] }).alerts);

const alerted = (labels: Readonly<Record<string, string>>, status: Alert['status'] = 'firing'): Promise<Alert> =>
  waitFor(
    () =>
      alertsAt('/tenants').find(
        (alert) =>
          alert.status === status && Object.entries(labels).every(([name, value]) => alert.labels[name] === value),
      ),
    { what: `the alert ${JSON.stringify(labels)} to be ${status}`, timeoutMs: ALERT_MS },
  );

testWith(isInstalled)(
  'the 3rd, 5th and 10th failure and the disabling arrive at the receiver of Alertmanager, and resolve once it is mended',
  async () => {
    const tenant = Api.tenant(local);
    const { id }: Webhook = await tenant.register(receiver.url);
    const failing = { alertname: 'SignetWebhookFailing', webhook_id: id, tenant_id: local.tenantId };
    const disabled = { alertname: 'SignetWebhookDisabled', webhook_id: id, tenant_id: local.tenantId };
    beforeAnswer = async () => {
      const { isActive, consecutiveFailures } = await tenant.webhook(id);
      if (!isActive || isMended || consecutiveFailures < 3) return;
      await alerted({ ...failing, failures: consecutiveFailures < 5 ? '3' : '5' });
    };

    // Enough deliveries that one is left for each probe of the circuit.
    await waitFor(
      async () => {
        for (let n = 1; n <= MESSAGES; n += 1) await Api.producer(local).publish(local.tenantId, `alerted-${n}`);
        return (await tenant.deliveries({ webhookId: id })).length === MESSAGES;
      },
      { what: 'the webhook to be routable' },
    );
    await alerted({ ...failing, failures: '10' });
    const { annotations } = await alerted({ ...disabled, reason: 'failing' });
    expect(annotations['summary']).toBe(`Webhook ${id} of tenant ${local.tenantId} was disabled`);

    isMended = true;
    await tenant.call('POST', `/v1/webhooks/${id}/enable`);
    await alerted(disabled, 'resolved');
    await alerted({ ...failing, failures: '10' }, 'resolved');
    expect((await tenant.webhook(id)).isActive).toBe(true);

    await waitFor(() => alertsAt('/dead-mans-switch').length > 0, {
      what: "the dead man's switch",
      timeoutMs: ALERT_MS,
    });
  },
  6 * ALERT_MS,
);

testWith(isInstalled)(
  'every expression of the dashboards and every series of the rules has data meanwhile',
  async () => {
    const prometheus = new Prometheus(local.prometheus ?? '');
    const asked = [...new Set([...expressionsOfDashboards(), ...seriesOfRules()])].filter(
      (expr) => !Object.keys(WITHOUT_DATA).some((metric) => expr.includes(metric)),
    );
    expect(asked.length).toBeGreaterThan(80);
    // Rates need two scrapes, and some gauges are read only every few seconds.
    await waitFor(
      async () => {
        const answers = await Promise.all(asked.map((expr) => prometheus.hasData(expr, startedAt)));
        const empty = asked.filter((_expr, index) => !answers[index]);
        if (empty.length > 0) throw new Error(`no data: ${empty.join('\n')}`);
        return true;
      },
      { what: 'data for every expression', timeoutMs: ALERT_MS },
    );
  },
);
