/** The five domains whose events enter Signet. A domain has one source topic's worth of traffic and one canonical topic. */
export const DOMAINS = ['sale', 'inventory', 'customer', 'repair_order', 'purchase_order'] as const;
/** What Signet itself says: its facts about webhooks are messages like any other, but nobody else may send them. */
export const OWN_DOMAINS = ['webhook'] as const;
export type Domain = (typeof DOMAINS)[number] | (typeof OWN_DOMAINS)[number];

/** Whether a domain is Signet's own, so that ingestion refuses its types from outside. */
export const isOwnDomain = (domain: string): boolean => OWN_DOMAINS.some((own) => own === domain);

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  /** `compact` keeps the last record of each key for ever; `delete` keeps every record for `retentionMs`. */
  readonly cleanup: 'compact' | 'delete';
  readonly retentionMs?: number;
  /** What the record key is; records of one key stay in order. */
  readonly key: string;
  readonly description: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Kafka is the long memory: what a webhook missed is read again from here for this long. Milliseconds. */
export const MESSAGE_RETENTION_MS = 7 * DAY_MS;

/** Canonical topic of a domain: CloudEvents 1.0 in binary mode, checked against the event catalogue. */
export const canonicalTopic = (domain: Domain): string => `ingestion.${domain}.v1`;

/** Every topic that messages for webhooks lie on. */
export const CANONICAL_TOPICS: readonly string[] = [...DOMAINS, ...OWN_DOMAINS].map(canonicalTopic);

export const INGESTION_DEAD_LETTER = 'ingestion.dead-letter.v1';
export const DELIVERY_REQUESTS = 'delivery.requests.v1';
export const DELIVERY_OUTCOMES = 'delivery.outcomes.v1';
export const DELIVERY_DEAD_LETTER = 'delivery.dead-letter.v1';
export const REGISTRY_WEBHOOKS = 'registry.webhooks.v1';
export const REGISTRY_TENANTS = 'registry.tenants.v1';
export const REGISTRY_API_KEYS = 'registry.api-keys.v1';
export const REGISTRY_DEAD_LETTER = 'registry.dead-letter.v1';

const log = (name: string, key: string, description: string, partitions = 6): TopicDefinition => ({
  name,
  key,
  description,
  partitions,
  cleanup: 'delete',
  retentionMs: MESSAGE_RETENTION_MS,
});
const table = (name: string, key: string, description: string): TopicDefinition => ({
  name,
  key,
  description,
  partitions: 1,
  cleanup: 'compact',
});

/** Every topic that Signet owns. Source topics belong to the producers and are not listed here. */
export const TOPICS: readonly TopicDefinition[] = [
  ...DOMAINS.map((domain) =>
    log(canonicalTopic(domain), 'tenant/subject', `Accepted ${domain} messages as CloudEvents in binary mode.`),
  ),
  log(
    canonicalTopic('webhook'),
    'tenant/webhook id',
    'Alerts of the registry about webhooks, as CloudEvents in binary mode.',
  ),
  log(
    INGESTION_DEAD_LETTER,
    'key of the refused record',
    'Records that ingestion could not accept, with the reason.',
    1,
  ),
  log(DELIVERY_REQUESTS, 'webhook id', 'One message for one webhook; the value is the exact body to be sent.'),
  log(DELIVERY_OUTCOMES, 'webhook id', 'What became of each attempt.'),
  log(DELIVERY_DEAD_LETTER, 'key of the refused record', 'Records that delivery could not understand.', 1),
  table(REGISTRY_WEBHOOKS, 'webhook id', 'The present state of each webhook, its secrets sealed.'),
  table(REGISTRY_TENANTS, 'tenant id', 'The present state of each tenant.'),
  table(REGISTRY_API_KEYS, 'API key id', 'Each live API key, as a SHA-256 hash.'),
  log(REGISTRY_DEAD_LETTER, 'key of the refused record', 'Records that the registry could not understand.', 1),
];
