/** A record by which an installation claims a compacted topic, or withdraws its claim. */
export interface Claim {
  readonly topic: string;
  readonly installation: string;
  readonly isWithdrawn: boolean;
}

/**
 * The installation to which each topic belongs: of those whose claims were not withdrawn, the one whose claim is first in the log.
 * Topics that no installation claims are missing in the answer.
 *
 * @param claims in the order of the log
 */
export function ownersOf(claims: readonly Claim[]): ReadonlyMap<string, string> {
  const byTopic = new Map<string, Set<string>>();
  for (const { topic, installation, isWithdrawn } of claims) {
    const claimants = byTopic.get(topic) ?? new Set();
    // A repeated claim keeps its place in the set, and a withdrawn one loses it.
    if (isWithdrawn) claimants.delete(installation);
    else claimants.add(installation);
    byTopic.set(topic, claimants);
  }
  const owners = new Map<string, string>();
  for (const [topic, [first]] of byTopic) if (first !== undefined) owners.set(topic, first);
  return owners;
}

/** The reason why services of the installation `own` must not use this Kafka; undefined when they may. */
export function reasonAgainstKafka(owners: ReadonlyMap<string, string>, own: string): string | undefined {
  for (const [topic, owner] of owners) {
    if (owner === own) continue;
    return (
      `This Kafka belongs to the installation "${owner}", as a record on ${topic} says, but SIGNET_INSTALLATION is "${own}": ` +
      `set SIGNET_KAFKA_BROKERS to a Kafka of its own for "${own}", or SIGNET_PREFIX to a prefix of its own, or, if both are the same installation, set SIGNET_INSTALLATION to "${owner}".`
    );
  }
  return undefined;
}

/**
 * The reason why a service must not use the prefix `own`; undefined when it may. With another prefix it would begin anew on other
 * topics, and the records on the former ones, such as requests for deliveries, would never be read.
 *
 * @param recorded the prefix with which the schema was used so far; null: it was not recorded
 */
export function reasonAgainstPrefix(recorded: string | null, own: string, schema: string): string | undefined {
  if (recorded === null || recorded === own) return undefined;
  return (
    `This database was used with the SIGNET_PREFIX "${recorded}", and now SIGNET_PREFIX is "${own}": no service ` +
    `would read the records on Kafka under the former names. Set SIGNET_PREFIX to "${recorded}", or, to begin anew on Kafka, run in PostgreSQL: ` +
    `update ${schema}.installation set prefix = '${own}'`
  );
}

/** The reason why services of the installation `own` must not use this database; undefined when they may. */
export function reasonAgainstDatabase(owner: string | undefined, own: string): string | undefined {
  if (owner === undefined || owner === own) return undefined;
  return (
    `This database belongs to the installation "${owner}", but SIGNET_INSTALLATION is "${own}": ` +
    `set SIGNET_DATABASE_URL to a database of its own for "${own}", or, if both are the same installation, set SIGNET_INSTALLATION to "${owner}".`
  );
}
