import { TOPICS } from '@signet/contracts';

/** The longest name that Kafka takes for a topic, characters. */
const LONGEST_TOPIC = 249;
/** With a prefix of this length, the name of each of Signet's own topics is still legal. Characters. */
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

  /** The name of a topic on Kafka. */
  readonly topic = (name: string): string => (OWN.has(name) ? this.prefix + name : name);

  readonly topics = (names: readonly string[]): string[] => names.map(this.topic);

  /** The name of a consumer group, or of a client, on Kafka. */
  readonly group = (name: string): string => this.prefix + name;

  /**
   * Our name for a topic on Kafka. If we have a prefix, the own topics of an installation without one give undefined: in our code
   * their names mean our topics.
   */
  readonly topicOf = (onKafka: string): string | undefined => {
    if (this.prefix === '') return onKafka;
    const name = withoutPrefix(this.prefix, onKafka);
    if (name !== undefined && OWN.has(name)) return name;
    return OWN.has(onKafka) ? undefined : onKafka;
  };

  /** Our name for a group on Kafka; undefined for a group without our prefix. */
  readonly groupOf = (onKafka: string): string | undefined => withoutPrefix(this.prefix, onKafka);
}

const withoutPrefix = (prefix: string, name: string): string | undefined =>
  name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
