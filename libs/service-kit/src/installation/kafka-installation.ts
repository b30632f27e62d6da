import { INSTALLATION_TOPICS, installationKey, installationOfKey } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { readMarks, RecordProducer } from '@signet/kafka';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import { ownersOf, reasonAgainstKafka } from './installation.policy.ts';

/** The claims are on this partition, so that one log gives the order of all claims of a topic. */
const PARTITION = 0;

interface CompareOptions {
  /** The compacted topics by default. */
  readonly topics?: readonly string[];
  /** Ends the reading of the claims. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares the installation with the claims on the compacted topics. It changes nothing on Kafka.
 *
 * @returns the topics that no installation claims so far
 * @throws StartRefusedError when a topic belongs to another installation
 */
export async function compareWithKafka(
  client: KafkaClientOptions,
  installation: string,
  { topics = INSTALLATION_TOPICS, signal }: CompareOptions = {},
): Promise<string[]> {
  const ours = installationKey(installation);
  // If our own claim is the first one, no later record can change the owner, so the rest need not be read.
  let owners = await readOwners(client, topics, { last: ours, signal });
  // A claim before ours may have been withdrawn later in the log: then the whole topic must be read.
  if (reasonAgainstKafka(owners, installation) !== undefined) owners = await readOwners(client, topics, { signal });
  refuse(reasonAgainstKafka(owners, installation));
  return topics.filter((topic) => !owners.has(topic));
}

/**
 * Claims topics that `compareWithKafka` found unclaimed. Two installations that start on an empty Kafka at the same time may both
 * get here: the order of their records on the first topic decides, and the later one withdraws its claim.
 *
 * @throws StartRefusedError when another installation was faster
 */
export async function claimTopics(
  client: KafkaClientOptions,
  installation: string,
  unclaimed: readonly string[],
  { topics: [arbiter = ''] = INSTALLATION_TOPICS, signal }: CompareOptions = {},
): Promise<void> {
  if (unclaimed.length === 0) return;
  const producer = new RecordProducer({ client, name: 'installation' });
  const key = installationKey(installation);
  const send = (topic: string, value: string | null): Promise<void> =>
    producer.publish(topic, { key, value, partition: PARTITION });
  const claim = JSON.stringify({ installation });
  try {
    if (unclaimed.includes(arbiter)) {
      await send(arbiter, claim);
      const reason = reasonAgainstKafka(await readOwners(client, [arbiter], { signal }), installation);
      if (reason !== undefined) await send(arbiter, null);
      refuse(reason);
    }
    for (const topic of unclaimed) if (topic !== arbiter) await send(topic, claim);
  } finally {
    await producer.close();
  }
}

/** `last`: the key of a claim behind which nothing needs to be read. */
async function readOwners(
  client: KafkaClientOptions,
  topics: readonly string[],
  { last, signal }: { readonly last?: string; readonly signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, string>> {
  const marks = await readMarks({
    client,
    topics,
    signal,
    isMark: (key) => installationOfKey(key) !== undefined,
    isLast: ({ key, value }) => value !== null && key?.toString('utf8') === last,
  });
  return ownersOf(
    marks.map(({ topic, key, value }) => ({
      topic,
      installation: installationOfKey(key?.toString('utf8') ?? '') ?? '',
      isWithdrawn: value === null,
    })),
  );
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new StartRefusedError(reason);
}
