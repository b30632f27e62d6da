/** A partition as a fetch request names it. */
export interface FetchedPartition {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}

export interface FetchedTopic {
  readonly topic: string;
  readonly partitions: readonly FetchedPartition[];
}

/** The part of a fetch request that depends on the session. */
export interface SessionRequest {
  readonly sessionId: number;
  /** 0 asks for a new session with exactly these partitions. */
  readonly sessionEpoch: number;
  readonly topics: readonly FetchedTopic[];
  readonly forgottenTopics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

export interface SessionResponse {
  readonly errorCode: number;
  /** The topics with records or errors; in a session, none where nothing has changed. */
  readonly responses: readonly unknown[];
  /** 0: the broker keeps no session. */
  readonly sessionId: number;
}

const NEW = 0;
const LAST_EPOCH = 2 ** 31 - 1;

/**
 * An incremental fetch session with one broker (KIP-227): the broker remembers which partitions are fetched from which offset.
 * So a request names only the partitions that have changed, and the response only those that have records.
 */
export class FetchSession {
  private id = 0;
  private epoch = NEW;
  /** The partitions as the broker knows them, by topic and partition. */
  private known = new Map<string, Map<number, FetchedPartition>>();

  /** The next request, given all partitions that are to be fetched. */
  next(topics: readonly FetchedTopic[]): SessionRequest {
    if (this.epoch === NEW) this.known.clear();
    const sessionEpoch = this.epoch;
    const forgottenTopics = this.forget(topics);
    const changed = topics
      .map(({ topic, partitions }) => ({ topic, partitions: this.learn(topic, partitions) }))
      .filter(({ partitions }) => partitions.length > 0);
    return { sessionId: this.id, sessionEpoch, topics: changed, forgottenTopics };
  }

  /** Whether the response is valid; if not, the caller has to ask again, in a new session. */
  answered({ errorCode, sessionId }: Pick<SessionResponse, 'errorCode' | 'sessionId'>): boolean {
    const isExpected = this.epoch === NEW || sessionId === this.id;
    if (errorCode !== 0 || !isExpected) {
      this.end();
      return false;
    }
    this.id = sessionId;
    this.epoch = sessionId === 0 || this.epoch === LAST_EPOCH ? NEW : this.epoch + 1;
    return true;
  }

  /** Called when the two sides may no longer agree: the next request closes this session and opens another. */
  end(): void {
    this.epoch = NEW;
  }

  private learn(topic: string, partitions: readonly FetchedPartition[]): FetchedPartition[] {
    let known = this.known.get(topic);
    if (!known) this.known.set(topic, (known = new Map<number, FetchedPartition>()));
    const changed = partitions.filter((asked) => {
      const before = known.get(asked.partition);
      return before?.fetchOffset !== asked.fetchOffset || before.maxBytes !== asked.maxBytes;
    });
    for (const asked of changed) known.set(asked.partition, asked);
    return changed;
  }

  private forget(topics: readonly FetchedTopic[]): { topic: string; partitions: number[] }[] {
    const wanted = new Map(topics.map(({ topic, partitions }) => [topic, partitions]));
    const forgotten: { topic: string; partitions: number[] }[] = [];
    for (const [topic, known] of this.known) {
      const stays = new Set(wanted.get(topic)?.map(({ partition }) => partition));
      const partitions = [...known.keys()].filter((partition) => !stays.has(partition));
      for (const partition of partitions) known.delete(partition);
      if (known.size === 0) this.known.delete(topic);
      if (partitions.length > 0) forgotten.push({ topic, partitions });
    }
    return forgotten;
  }
}
