// The driver, as a process of its own: runs scenarios one after the other and tells what it found over its channel.
import { Api } from '../dev/demo/api.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { Bench } from './bench.ts';
import { KafkaConnection } from './load/kafka-producer.ts';
import { Costing } from './costs/costing.ts';
import type { GrowthOrder } from './growth/growth-order.ts';
import { CpuMeter } from './measure/cpu.ts';
import { hasProc } from './measure/proc.ts';
import { storageUsed } from './measure/storage.ts';
import { findParts, PARTS } from './measure/signet-processes.ts';
import { Profiling } from './profile/profiling.ts';
import { ReceiverClient } from './receiver-client.ts';
import { recordToday } from './installation/recorded-today.ts';
import type { DriverResult, Outcome } from './figures/result.ts';
import { fetchSaleMaker } from './load/sale-example.ts';
import type { ScenarioName } from './scenario-name.ts';
import type { Scenario } from './scenarios/index.ts';
import { SCENARIOS, warmUp } from './scenarios/index.ts';
import { Inspectors } from './observe/inspectors.ts';
import { together, unobserved } from './observe/observer.ts';

/** What run.ts sends to the driver. It goes over the channel, because every user of the machine can read a command line. */
export interface DriverOrder {
  readonly kind: 'order';
  readonly localFile: string;
  readonly receiverUrl: string;
  readonly receiverPid: number;
  readonly scenarios: readonly ScenarioName[];
  readonly messages: number | undefined;
  readonly deliveries: number | undefined;
  readonly direct: boolean;
  readonly warmUp: boolean;
  readonly storage: boolean;
  readonly recorded: number | undefined;
  readonly patienceMs: number;
  /** Where CPU profiles go; undefined: there are none. */
  readonly profileFolder: string | undefined;
  /** Count what a message and a second cost. */
  readonly costs: true | undefined;
  readonly growth: GrowthOrder | undefined;
}

const say = (line: string): void => console.error(line);

async function run(order: DriverOrder): Promise<DriverResult> {
  const local = (): LocalFile => JSON.parse(readFileSync(order.localFile, 'utf8')) as LocalFile;
  const { url, operatorKey, services } = local();
  const parts = findParts(local());
  const operator = new Api(url, operatorKey);
  const kafka = await KafkaConnection.open(local());
  const inspectors = new Inspectors(local);
  const profiling = order.profileFolder === undefined ? undefined : new Profiling(inspectors, order.profileFolder);
  const costing = order.costs ? new Costing(local, inspectors) : undefined;
  const bench: Bench = {
    local,
    operator,
    kafka,
    receiver: new ReceiverClient(order.receiverUrl),
    cpu: new CpuMeter(parts, order.receiverPid),
    sales: await fetchSaleMaker(operator),
    eventsUrl: order.direct ? `http://127.0.0.1:${services.ingestion.port}` : url,
    messages: order.messages,
    deliveries: order.deliveries,
    storage: order.storage ? () => storageUsed(local(), order.localFile) : undefined,
    growth: order.growth,
    observe: together([profiling, costing].filter((one) => one !== undefined)),
    patienceMs: order.patienceMs,
  };
  say(`data of ${bench.sales.bytes} bytes a message`);
  const outcomes: Outcome[] = [];
  const failures: { scenario: string; reason: string }[] = [];
  // If one scenario fails, the results of the others are kept.
  const attempt = async (name: string, scenario: Scenario, observe = bench.observe): Promise<readonly Outcome[]> => {
    say(`${name} …`);
    return scenario({ ...bench, observe }).catch((error: unknown) => {
      failures.push({ scenario: name, reason: (error as Error).stack ?? String(error) });
      return [];
    });
  };
  if (order.warmUp)
    outcomes.push(...(await attempt('warm-up', warmUp, unobserved)).map((outcome) => ({ ...outcome, figures: [] })));
  if (order.recorded !== undefined) {
    say(`${order.recorded} recorded deliveries …`);
    await recordToday(local(), order.recorded);
  }
  for (const name of order.scenarios) outcomes.push(...(await attempt(name, SCENARIOS[name])));
  // A service that was killed has another process by now.
  const memory = new CpuMeter(findParts(local()), order.receiverPid).memory();
  await kafka.close();
  inspectors.close();
  const seen = parts.map(({ name }) => name);
  return {
    kind: 'result',
    outcomes,
    failures,
    memory,
    unseen: hasProc ? PARTS.filter((name) => !seen.includes(name)) : PARTS,
    profiles: profiling?.parts ?? [],
    costs: costing?.spent ?? [],
  };
}

process.once('disconnect', () => process.exit(1));
const [order] = (await once(process, 'message')) as [DriverOrder];
const result = await run(order);
process.send?.(result, () => process.exit(0));
