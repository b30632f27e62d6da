import { canonicalTopic, CONSUMER_GROUPS, DELIVERY_REQUESTS } from '@signet/contracts';
import { signalProcess } from '@signet/embedded';
import { GroupLags } from '@signet/kafka';
import { waitFor } from '@signet/testing';
import { fetchSaleMaker } from '../../bench/load/sale-example.ts';
import { Api } from '../../dev/demo/api.ts';
import { kafkaClientAt } from '../../dev/servers/given-connections.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const { dispatch, fanOut } = CONSUMER_GROUPS;
/** Messages that are sent at once. Each makes one request, to the bundled receiver. */
const MESSAGES = 300;
const LAG_OF_FAN_OUT = `max(signet_kafka_group_lag_records{group="${fanOut}"})`;

/** The process of delivery is stopped (SIGSTOP) with requests that it has taken and not finished. The other services measure how its lag grows. */
export function stoppedDelivery(): Scenario {
  let pid = 0;
  return {
    name: 'a stopped dispatch',
    alerts: [
      { alertname: 'SignetConsumerStuck', group: dispatch, topic: DELIVERY_REQUESTS, severity: 'page' },
      { alertname: 'SignetConsumerStuck', group: fanOut, topic: canonicalTopic('sale'), severity: 'page' },
      { alertname: 'SignetTargetDown', job: 'signet-delivery', severity: 'page' },
      { alertname: 'SignetPartitionsUnserved', severity: 'page' },
    ],
    begin: async (stage) => {
      ({ pid } = stage.local.services.delivery);
      const lags = new GroupLags(kafkaClientAt(stage.local.kafkaBrokers, 'signet-alerts'));
      try {
        await waitFor(() => stopWithWork(stage, pid, lags), { what: 'requests that dispatch has not finished' });
      } finally {
        await lags.close();
      }
      await send(stage);
    },
    look: async (stage) => {
      const before = (await stage.prometheus.value(LAG_OF_FAN_OUT)) ?? 0;
      await send(stage);
      const after = await waitFor(
        async () => {
          const lag = (await stage.prometheus.value(LAG_OF_FAN_OUT)) ?? 0;
          return lag >= before + MESSAGES && lag;
        },
        { what: `the lag of ${fanOut} to grow from ${before} by ${MESSAGES}` },
      );
      return `while delivery stood still, the lag of ${fanOut} grew from ${before} to ${after} records`;
    },
    mend: () => Promise.resolve(signalProcess(pid, 'SIGCONT')),
  };
}

/** Stops delivery while dispatch has work that it has not committed. Where dispatch has none by then, lets delivery go on and returns false. */
async function stopWithWork(stage: Stage, pid: number, lags: GroupLags): Promise<boolean> {
  const hasWork = async (): Promise<boolean> => (await lags.read(dispatch)).some(({ records }) => records > 0);
  await send(stage);
  await waitFor(hasWork, { what: 'dispatch to have work' });
  signalProcess(pid, 'SIGSTOP');
  if (await hasWork()) return true;
  signalProcess(pid, 'SIGCONT');
  return false;
}

async function send({ kafka, local }: Stage): Promise<void> {
  const sales = await fetchSaleMaker(new Api(local.url, local.operatorKey));
  const messages = Array.from({ length: MESSAGES }, () => sales.make());
  await kafka.producerFor(local.tenantId).send(messages);
}
