/** The five domains whose events enter Signet. A domain has one source topic's worth of traffic and one canonical topic. */
export const DOMAINS = ['sale', 'inventory', 'customer', 'repair_order', 'purchase_order'] as const;
/** The domains of Signet's own messages: facts about webhooks. They are messages like any other, but only Signet may send them. */
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
  /** The meaning of the record key; records of one key stay in order. */
  readonly key: string;
  readonly description: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** For this time messages that a webhook has missed can be read again from Kafka. Milliseconds. */
export const MESSAGE_RETENTION_MS = 7 * DAY_MS;

/** Canonical topic of a domain: CloudEvents 1.0 in binary mode, checked against the event catalogue. */
export const canonicalTopic = (domain: Domain): string => `ingestion.${domain}.v1`;

/** All topics with messages for webhooks. */
export const CANONICAL_TOPICS: readonly string[] = [...DOMAINS, ...OWN_DOMAINS].map(canonicalTopic);

export const INGESTION_DEAD_LETTER = 'ingestion.dead-letter.v1';
export const DELIVERY_REQUESTS = 'delivery.requests.v1';
export const DELIVERY_OUTCOMES = 'delivery.outcomes.v1';
export const DELIVERY_DEAD_LETTER = 'delivery.dead-letter.v1';
export const REGISTRY_WEBHOOKS = 'registry.webhooks.v1';
export const REGISTRY_TENANTS = 'registry.tenants.v1';
export const REGISTRY_API_KEYS = 'registry.api-keys.v1';
export const REGISTRY_DEAD_LETTER = 'registry.dead-letter.v1';

/** A party that sends to a topic or reads it. `anybody`: the topic is a public contract, and other teams may read it. */
export type Party = 'producers' | 'registry' | 'ingestion' | 'delivery' | 'operators' | 'anybody';

/** A topic of Signet's own. */
export interface SignetTopic extends TopicDefinition {
  readonly sentBy: readonly Party[];
  readonly readBy: readonly Party[];
}

type Described = Pick<SignetTopic, 'name' | 'key' | 'description' | 'sentBy' | 'readBy'>;

const log = (topic: Described, partitions = 6): SignetTopic => ({
  ...topic,
  partitions,
  cleanup: 'delete',
  retentionMs: MESSAGE_RETENTION_MS,
});
const table = (topic: Described): SignetTopic => ({ ...topic, partitions: 1, cleanup: 'compact' });
const deadLetters = (name: string, service: Party, description: string): SignetTopic =>
  log({ name, key: 'key of the refused record', description, sentBy: [service], readBy: ['operators'] }, 1);

/** Every topic that Signet owns. Source topics belong to the producers and are not listed here. */
export const TOPICS: readonly SignetTopic[] = [
  ...DOMAINS.map((domain) =>
    log({
      name: canonicalTopic(domain),
      key: 'tenant/subject',
      description: `Accepted ${domain} messages as CloudEvents in binary mode. A trusted service may write here itself.`,
      sentBy: ['ingestion', 'producers'],
      readBy: ['delivery'],
    }),
  ),
  log({
    name: canonicalTopic('webhook'),
    key: 'tenant/webhook id',
    description: 'Alerts of the registry about webhooks, as CloudEvents in binary mode.',
    sentBy: ['registry'],
    readBy: ['delivery'],
  }),
  deadLetters(INGESTION_DEAD_LETTER, 'ingestion', 'Records that ingestion could not accept, with the reason.'),
  log({
    name: DELIVERY_REQUESTS,
    key: 'webhook id',
    description: 'Messages for one webhook, one or up to 64, with the exact bodies to be sent.',
    sentBy: ['delivery', 'registry'],
    readBy: ['delivery'],
  }),
  log({
    name: DELIVERY_OUTCOMES,
    key: 'webhook id',
    description: 'What became of each attempt.',
    sentBy: ['delivery'],
    readBy: ['registry', 'anybody'],
  }),
  deadLetters(DELIVERY_DEAD_LETTER, 'delivery', 'Records that delivery could not understand.'),
  table({
    name: REGISTRY_WEBHOOKS,
    key: 'webhook id',
    description: 'The present state of each webhook, its secrets sealed.',
    sentBy: ['registry'],
    readBy: ['delivery'],
  }),
  table({
    name: REGISTRY_TENANTS,
    key: 'tenant id',
    description: 'The present state of each tenant.',
    sentBy: ['registry'],
    readBy: ['ingestion', 'delivery'],
  }),
  table({
    name: REGISTRY_API_KEYS,
    key: 'API key id',
    description: 'Each live API key, as a SHA-256 hash.',
    sentBy: ['registry'],
    readBy: ['ingestion', 'delivery'],
  }),
  deadLetters(REGISTRY_DEAD_LETTER, 'registry', 'Records that the registry could not understand.'),
];

/** The compacted topics. Only the registry creates them, and only it writes to them. */
export const TABLE_TOPICS: readonly SignetTopic[] = TOPICS.filter(({ cleanup }) => cleanup === 'compact');

/** The other topics; each service creates those that it needs if they are missing. */
export const LOG_TOPICS: readonly SignetTopic[] = TOPICS.filter(({ cleanup }) => cleanup === 'delete');

/** Records of the tables are written to this partition and read from it, so that one log gives their order. */
export const TABLE_PARTITION = 0;
