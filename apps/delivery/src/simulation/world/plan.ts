import type { RoutedWebhook } from '../../webhook-directory/routed-webhook.ts';
import { BEGINNING } from '../time/virtual-clock.ts';
import type { Random } from '../time/random.ts';

/** How a receiver answers from a time on, milliseconds after the beginning. */
export interface Behaviour {
  readonly from: number;
  readonly kind: 'works' | 'fails' | 'gone' | 'throttles' | 'hangs' | 'flaps';
}

export interface PlannedWebhook {
  readonly snapshot: RoutedWebhook;
  readonly partition: number;
  readonly behaviours: readonly Behaviour[];
  /** How long an answer takes, milliseconds, at most. */
  readonly answerMs: number;
}

/** Faults that happen in a run. A run without any is called calm. */
export interface PlannedFaults {
  readonly crashes: boolean;
  readonly pauses: boolean;
  readonly handOvers: boolean;
  readonly database: boolean;
  readonly claims: boolean;
  readonly platform: boolean;
  readonly people: boolean;
}

/** Everything about a run that is decided before it begins. */
export interface Plan {
  readonly replicas: number;
  readonly partitions: number;
  readonly webhooks: readonly PlannedWebhook[];
  readonly requests: number;
  readonly faults: PlannedFaults;
  readonly slots: number;
  readonly perWebhook: number;
  readonly leased: number;
  /** Requests of a partition in memory at once. */
  readonly room: number;
}

/** Requests are made, and faults begin, within this time after the beginning, milliseconds. */
export const TROUBLE_MS = 45_000;
/** All receivers work from this time on. */
export const CALM_MS = 75_000;
/** All deliveries have ended by then: after the last fault the rules need at most this long. */
export const END_MS = 900_000;

/** Milliseconds. */
export const SETTINGS = {
  scheduleMs: [1_000, 3_000, 8_000, 20_000],
  jitter: 0.2,
  circuitFailures: 5,
  maxAttempts: 4,
  requestTimeoutMs: 2_000,
  verdictMs: 1_500,
  /** Longer than the longest POST and its verdict. */
  leaseMs: 8_500,
  leaseMarginMs: 5_000,
  retryOfOursMs: 1_000,
  unknownWebhookMs: 30_000,
  spillAfterMs: 250,
  disableAfter: 10,
  alertOn: [3, 5, 10],
} as const;

const TENANTS = ['antwerp', 'bruges', 'ghent'];

export function planOf(random: Random): Plan {
  const partitions = random.whole(1, 3);
  const isTroubled = random.chance(0.85);
  const has = (probability: number): boolean => isTroubled && random.chance(probability);
  const tenants = TENANTS.slice(0, random.whole(1, 3));
  const webhooks = Array.from({ length: random.whole(1, 6) }, (_, index) =>
    webhookOf(index, random.pick(tenants), random.whole(0, partitions - 1), random, isTroubled),
  );
  const faults = {
    crashes: has(0.3),
    pauses: has(0.25),
    handOvers: has(0.35),
    database: has(0.35),
    // A known fault: after such a loss the order of a subject may break (docs/adr/0053).
    claims: has(0.15) && webhooks.every(({ snapshot }) => snapshot.ordering === 'none'),
    platform: has(0.15),
    people: has(0.4),
  };
  return {
    replicas: random.whole(1, 4),
    partitions,
    webhooks,
    requests: random.whole(5, 70),
    faults,
    slots: random.pick([8, 8, 16]),
    perWebhook: random.whole(1, 4),
    leased: random.pick([6, 12, 40]),
    room: random.pick([6, 12, 40]),
  };
}

function webhookOf(
  index: number,
  tenantId: string,
  partition: number,
  random: Random,
  isTroubled: boolean,
): PlannedWebhook {
  const id = `${tenantId}-${index + 1}`;
  const snapshot: RoutedWebhook = {
    id,
    tenantId,
    name: id,
    url: `https://${id}.example/hooks`,
    events: ['sale.created'],
    isActive: true,
    headers: {},
    maxAttempts: random.chance(0.3) ? random.whole(1, 5) : null,
    requestTimeoutMs: random.chance(0.3) ? 1_000 : null,
    rateLimitPerSecond: random.chance(0.35) ? random.pick([1, 2, 3, 5]) : null,
    ordering: random.chance(0.4) ? 'subject' : 'none',
    secrets: [],
    activeSince: new Date(BEGINNING).toISOString(),
    version: 1,
  };
  return {
    snapshot,
    partition,
    behaviours: isTroubled ? behavioursOf(random) : [],
    answerMs: random.pick([20, 100, 800]),
  };
}

function behavioursOf(random: Random): Behaviour[] {
  const behaviours: Behaviour[] = [];
  for (let from = random.whole(0, 15_000); from < TROUBLE_MS; from += random.whole(2_000, 25_000)) {
    const draw = random.next();
    const kind =
      draw < 0.25
        ? 'fails'
        : draw < 0.4
          ? 'hangs'
          : draw < 0.55
            ? 'flaps'
            : draw < 0.68
              ? 'throttles'
              : draw < 0.7
                ? 'gone'
                : 'works';
    behaviours.push({ from, kind });
  }
  return behaviours;
}
