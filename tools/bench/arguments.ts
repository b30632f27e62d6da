import { parseArgs } from 'node:util';
import { GROWTH_OPTIONS, GROWTH_USAGE, readGrowth } from './growth/growth-arguments.ts';
import type { GrowthArguments } from './growth/growth-arguments.ts';
import { PEER_OPTIONS, PEER_USAGE, readPeer } from './peer/peer-arguments.ts';
import type { PeerArguments } from './peer/peer-arguments.ts';
import { bounded, UsageError } from './usage-error.ts';
import type { ScenarioName } from './scenario-name.ts';
import { DEFAULT_SCENARIOS, SCENARIO_NAMES, OBSERVED_SCENARIOS } from './scenario-name.ts';

export interface BenchArguments {
  readonly scenarios: readonly ScenarioName[];
  readonly messages: number | undefined;
  /** Of `delivery-lists`: how many are recorded. */
  readonly deliveries: number | undefined;
  /** local.json of a Signet that runs already. */
  readonly use: string | undefined;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  /** Post to ingestion itself instead of the public address. */
  readonly direct: boolean;
  readonly warmUp: boolean;
  /** Also measure what PostgreSQL and Kafka write. */
  readonly storage: boolean;
  /** Fill the present day with so many deliveries first; undefined: it has those of the warm-up. */
  readonly recorded: number | undefined;
  readonly patienceSeconds: number;
  /** Where the CPU profiles of the scenarios go; undefined: there are none. */
  readonly profileFolder: string | undefined;
  /** Count what a message and a second cost: requests to Kafka, work of PostgreSQL, turns of event loops, system calls. */
  readonly costs: true | undefined;
  /** How often the metrics of each service are asked for meanwhile, seconds; undefined: never. */
  readonly scrapeSeconds: number | undefined;
  /** How often the scenario runs without scrapes and with them, by turns; undefined: it runs once, as `scrapeSeconds` says. */
  readonly pairs: number | undefined;
  readonly growth: GrowthArguments | undefined;
  /** Another program to measure instead of Signet. */
  readonly peer: PeerArguments | undefined;
}

const PROFILE_FOLDER = '.tmp/profiles';

export const USAGE = `npm run bench -- [scenario…] [options]

Scenarios: limit, ${SCENARIO_NAMES.join(', ')}
Without any: limit, ${DEFAULT_SCENARIOS.join(', ')}. The limit is always measured: the other figures are compared with it.

  --messages N   messages in each scenario, instead of its own number
  --deliveries N recorded deliveries that delivery-lists reads, instead of 1,000,000
  --use FILE     measure the running Signet of this local.json, such as .signet/local.json, instead of starting one
  --json FILE    write the figures to this file, too
  --direct       post to the ingestion service itself, without the gateway of npm start
  --no-warm-up   measure from the first message on
  --scrape S     ask each service for its metrics every S seconds meanwhile, such as 5s
  --pairs N      run one scenario N times without scrapes and N times with them, by turns, and compare
  --storage      what PostgreSQL and Kafka write for a delivery, too; of a Signet that npm start runs with its own servers
  --recorded N   fill the present day with N recorded deliveries before the scenarios
  --profile      CPU profiles, flame graphs and self time by package of each process, of the measured part of a scenario
  --profile-folder DIR  where they go (${PROFILE_FOLDER})
  --costs        what a message and a second of these scenarios cost: requests to Kafka, statements, WAL, event loops, system calls
  --patience S   seconds without an arrival after which what has not come counts as missing (75)
${GROWTH_USAGE}
${PEER_USAGE}`;

/** Throws UsageError. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values, positionals } = parse(args);
  const peer = readPeer(values);
  if (peer !== undefined && positionals.length > 0)
    throw new UsageError('--peer measures another program, and none of the scenarios.');
  const unknown = positionals.filter((name) => name !== 'limit' && !isScenario(name));
  if (unknown.length > 0) throw new UsageError(`There is no scenario "${unknown.join('", "')}".`);
  const scenarios =
    positionals.length === 0 ? DEFAULT_SCENARIOS : SCENARIO_NAMES.filter((name) => positionals.includes(name));
  const pairs = values.pairs === undefined ? undefined : bounded('--pairs', values.pairs);
  if (pairs !== undefined && (values.scrape === undefined || scenarios.length !== 1))
    throw new UsageError('--pairs takes one scenario and --scrape, such as: kafka --scrape 5s --pairs 5.');
  const recorded = values.recorded === undefined ? undefined : bounded('--recorded', values.recorded);
  if (recorded !== undefined && values['no-warm-up'])
    throw new UsageError('--recorded copies the deliveries of the warm-up, so it does not go with --no-warm-up.');
  const growth = readGrowth(values, scenarios.includes('growth'));
  // It fills the system with webhooks that are sealed with its own key, and with deliveries copied from those of the warm-up.
  if (growth !== undefined && (values.use !== undefined || values['no-warm-up']))
    throw new UsageError(
      'growth starts a Signet of its own and warms it up: it goes neither with --use nor --no-warm-up.',
    );
  if (values.profile) requireObserved('--profile', scenarios);
  if (values.costs) requireObserved('--costs', scenarios);
  if (values.costs && values.profile)
    throw new UsageError(
      'A profiler wakes each process a thousand times a second, so --costs does not go with --profile.',
    );
  return {
    scenarios,
    messages: values.messages === undefined ? undefined : bounded('--messages', values.messages),
    deliveries: values.deliveries === undefined ? undefined : bounded('--deliveries', values.deliveries),
    use: values.use,
    json: values.json,
    direct: values.direct,
    warmUp: !values['no-warm-up'],
    storage: values.storage,
    recorded,
    profileFolder: values.profile ? values['profile-folder'] : undefined,
    costs: values.costs || undefined,
    patienceSeconds: bounded('--patience', values.patience),
    scrapeSeconds: values.scrape === undefined ? undefined : bounded('--scrape', values.scrape.replace(/s$/, '')),
    pairs,
    growth,
    peer,
  };
}

const OPTIONS = {
  messages: { type: 'string' },
  deliveries: { type: 'string' },
  use: { type: 'string' },
  json: { type: 'string' },
  direct: { type: 'boolean', default: false },
  'no-warm-up': { type: 'boolean', default: false },
  storage: { type: 'boolean', default: false },
  recorded: { type: 'string' },
  profile: { type: 'boolean', default: false },
  'profile-folder': { type: 'string', default: PROFILE_FOLDER },
  costs: { type: 'boolean', default: false },
  patience: { type: 'string', default: '75' },
  scrape: { type: 'string' },
  pairs: { type: 'string' },
  ...GROWTH_OPTIONS,
  ...PEER_OPTIONS,
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const isScenario = (name: string): name is ScenarioName => SCENARIO_NAMES.some((known) => known === name);

function requireObserved(option: string, scenarios: readonly ScenarioName[]): void {
  const others = scenarios.filter((name) => !OBSERVED_SCENARIOS.includes(name));
  if (others.length > 0 || scenarios.length === 0)
    throw new UsageError(`${option} is for ${OBSERVED_SCENARIOS.join(', ')}, not for ${others.join(', ') || 'limit'}.`);
}
