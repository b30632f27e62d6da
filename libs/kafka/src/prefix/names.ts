import { TOPICS } from '@signet/contracts';

/** The longest name that Kafka takes for a topic, characters. */
const LONGEST_TOPIC = 249;
/** With it in front, each topic of Signet's own still has a legal length. Characters. */
export const LONGEST_PREFIX = LONGEST_TOPIC - Math.max(...TOPICS.map(({ name }) => name.length));

const OWN: ReadonlySet<string> = new Set(TOPICS.map(({ name }) => name));

/**
 * The names on Kafka of one installation. The code, logs, metrics and dead letters use names without the prefix; this is the only
 * place that adds or removes it (docs/adr/0035-prefix.md). Topics that are not Signet's own keep their names.
 */
export class KafkaNames {
  constructor(
    /** SIGNET_PREFIX; empty: every name is as it is in the code. */
    readonly prefix = '',
  ) {}

  /** The name that Kafka has for a topic. */
  readonly topic = (name: string): string => (OWN.has(name) ? this.prefix + name : name);

  readonly topics = (names: readonly string[]): string[] => names.map(this.topic);

  /** The name that Kafka has for a consumer group, or for a client. */
  readonly group = (name: string): string => this.prefix + name;

  /**
   * The name that we have for a topic on Kafka. Undefined for the topics of an installation without a prefix, where we have one: their
   * names mean ours.
   */
  readonly topicOf = (onKafka: string): string | undefined => {
    if (this.prefix === '') return onKafka;
    const name = withoutPrefix(this.prefix, onKafka);
    if (name !== undefined && OWN.has(name)) return name;
    return OWN.has(onKafka) ? undefined : onKafka;
  };

  /** The name that we have for a group on Kafka; undefined for a group of others. */
  readonly groupOf = (onKafka: string): string | undefined => withoutPrefix(this.prefix, onKafka);
}

const withoutPrefix = (prefix: string, name: string): string | undefined =>
  name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
