import type { GenerationRecord } from '@signet/contracts';

/** The state of the published tables, as the database has stored it. */
export interface StoredTables {
  readonly generation: number;
  /** The last generation that is on Kafka completely, with its generation record. */
  readonly completed: number | null;
  /** Number of the last heartbeat; the database raises it before the heartbeat goes to Kafka. */
  readonly heartbeat: number;
  /** Identity of the PostgreSQL server at that time. */
  readonly server: string | null;
  /** Position in the log up to which the relay had published. */
  readonly relayPosition: string | null;
  /** By topic. */
  readonly places: Readonly<Record<string, Place | undefined>>;
}

/** The bounds of a topic at the last heartbeat. */
export interface Place {
  /** Its earliest offset. */
  readonly begin: number;
  /** The offset of the heartbeat, or an offset before it. */
  readonly offset: number;
}

/** The earliest offset of a topic (inclusive), and the offset of its next record (exclusive). */
export interface TopicBounds {
  readonly begin: number;
  readonly end: number;
}

/** The state of the tables, PostgreSQL and Kafka now. */
export interface SeenTables {
  readonly server: string;
  readonly relayPosition: string;
  /** By topic; undefined where there is no such topic. */
  readonly topics: ReadonlyMap<string, TopicBounds | undefined>;
  /**
   * The last generation record of each topic; undefined where there is none. The whole map is undefined while this
   * replica has published without a break: no other replica can have written then.
   */
  readonly marks: ReadonlyMap<string, GenerationRecord | undefined> | undefined;
}

/**
 * Decides whether everything must be published again as a new generation. The stored state is compared with the
 * topics and the PostgreSQL server of now; undefined means that the tables on Kafka agree with the database. If the
 * judgement is wrong: an unnecessary generation costs time and does no harm; a missing one leaves readers with wrong
 * tables.
 */
export function reasonForNewGeneration(stored: StoredTables | undefined, seen: SeenTables): string | undefined {
  if (stored === undefined) return 'this database has not published a generation yet';
  if (stored.completed !== stored.generation) return 'the publication of the last generation was not finished';
  for (const [topic, bounds] of seen.topics) {
    const reason = reasonOfTopic(topic, bounds, stored.places[topic]);
    if (reason !== undefined) return reason;
  }
  if (stored.server !== seen.server)
    return `PostgreSQL is ${seen.server} and was ${stored.server}: the database was restored, or another server has taken over`;
  if (seen.marks === undefined) return undefined;
  for (const [topic, mark] of seen.marks) {
    if (mark === undefined) return `${topic} has no generation record behind offset ${stored.places[topic]?.offset}`;
    if (mark.generation > stored.generation || mark.beat > stored.heartbeat)
      return `${topic} has heartbeat ${mark.beat} and the database only ${stored.heartbeat}: the database was restored to an earlier time`;
  }
  if (stored.relayPosition !== seen.relayPosition)
    return 'changes were published after the last heartbeat: by a replica that crashed, an earlier version, or before a restore';
  return undefined;
}

function reasonOfTopic(topic: string, bounds: TopicBounds | undefined, place: Place | undefined): string | undefined {
  // The heartbeat lies at the stored offset, so the topic must end after it.
  return reasonOfLoss(topic, bounds, place && { begin: place.begin, end: place.offset + 1 });
}

/** The reason to believe that a topic has lost records since it had these bounds; undefined if it has lost none. */
export function reasonOfLoss(
  topic: string,
  now: TopicBounds | undefined,
  before: TopicBounds | undefined,
): string | undefined {
  if (now === undefined) return `the topic ${topic} is not there`;
  if (before === undefined) return `nothing has been published to ${topic} yet`;
  if (now.begin > before.begin)
    return `${topic} begins at offset ${now.begin} and began at ${before.begin}: its first records were removed`;
  if (now.end < before.end) return `${topic} ends at offset ${now.end} and ended at ${before.end}: it was made anew`;
  return undefined;
}

/**
 * A number above every known generation. It is the present time where that is higher, so that it also rises after
 * both Kafka and PostgreSQL have lost the earlier ones.
 */
export const nextGeneration = (nowMs: number, known: readonly number[]): number =>
  Math.max(nowMs, ...known.map((n) => n + 1));
