import type { Target } from './result.ts';

const atLeast = (value: number): Target => ({ relation: '≥', value });
const atMost = (value: number): Target => ({ relation: '≤', value });

/** What must be reached, on 2 cores that also run PostgreSQL, the broker, the driver and the receiver (docs/performance.md). */
export const TARGETS = {
  httpSingle: { perSecond: atLeast(2_500), cpu: atMost(0.7) },
  httpBatch: { perSecond: atLeast(5_000), cpu: atMost(0.7) },
  kafka: { perSecond: atLeast(5_000), cpu: atMost(0.4) },
  fanOut10: { perSecond: atLeast(10_000), cpu: atMost(0.2) },
  latency200: { p50: atMost(5), p99: atMost(30) },
  isolation: { share: atLeast(95), chanceOfRise: atLeast(0.05) },
  burst: { small: { p50: atMost(50), p99: atMost(250) }, large: { p99: atMost(500) } },
  idle: { share: atMost(4) },
  ordered: { perSecond: atLeast(500), outOfOrder: atMost(0) },
  overdue: { perSecond: atLeast(2_000), freshP99: atMost(1_000) },
  registryLists: { p99: atMost(50) },
  deliveryLists: { p99: atMost(100) },
  askedFor: { longest: atMost(1_000) },
  scrape: { share: atLeast(98) },
  crash: { firstRedeliverySeconds: atMost(3), lastRedeliverySeconds: atMost(8) },
} as const;
