import type { GenerationRecord } from '@signet/contracts';

/** What the database knows of the tables that it has published. */
export interface StoredTables {
  readonly generation: number;
  /** The last one of which everything, and its generation record, is on Kafka. */
  readonly completed: number | null;
  /** Number of the last heartbeat; it is raised before that goes to Kafka. */
  readonly heartbeat: number;
  /** Which PostgreSQL it was. */
  readonly server: string | null;
  /** Up to where the relay had published the log. */
  readonly relayPosition: string | null;
  /** By topic. */
  readonly places: Readonly<Record<string, Place | undefined>>;
}

/** Where a topic stood at the last heartbeat. */
export interface Place {
  /** Its earliest offset. */
  readonly begin: number;
  /** The heartbeat lies at this offset, or behind it. */
  readonly offset: number;
}

/** From its earliest offset up to, and without, the next one that is written. */
export interface TopicBounds {
  readonly begin: number;
  readonly end: number;
}

/** What is there now. */
export interface SeenTables {
  readonly server: string;
  readonly relayPosition: string;
  /** By topic; undefined where there is no such topic. */
  readonly topics: ReadonlyMap<string, TopicBounds | undefined>;
  /**
   * The last generation record of each topic; undefined where there is none. The whole map is undefined while this replica has
   * published all the time: nobody else can have written then.
   */
  readonly marks: ReadonlyMap<string, GenerationRecord | undefined> | undefined;
}

/**
 * Why everything must be published once more, as a new generation; undefined when what lies on Kafka is what the database says.
 * A generation too many costs time and harms nothing; one too few leaves readers with what is not so.
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
  // The heartbeat itself lies at the place, so the topic ends behind it.
  return reasonOfLoss(topic, bounds, place && { begin: place.begin, end: place.offset + 1 });
}

/** What a topic has lost since it had these bounds; undefined where it still has everything. */
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

/** Higher than every generation that is known: the time, so that it also is where both Kafka and PostgreSQL have forgotten. */
export const nextGeneration = (nowMs: number, known: readonly number[]): number =>
  Math.max(nowMs, ...known.map((n) => n + 1));
