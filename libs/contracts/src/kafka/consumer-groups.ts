/** The consumer groups of Signet that share work between replicas. Their lag is measured. */
export const CONSUMER_GROUPS = {
  /** ingestion: the source topics. */
  sources: 'signet.ingestion',
  /** delivery: the canonical topics. */
  fanOut: 'signet.delivery.fan-out',
  /** delivery: delivery.requests.v1. */
  dispatch: 'signet.delivery.dispatch',
  /** registry: delivery.outcomes.v1. */
  outcomes: 'signet.registry',
} as const;
