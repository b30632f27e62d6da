import { createRequire } from 'node:module';
import { FetchSession } from './fetch-session.ts';
import type { FetchedTopic, SessionResponse } from './fetch-session.ts';

const require = createRequire(import.meta.url);

interface FetchRequest {
  /** How long the broker waits for the first record, milliseconds. */
  readonly maxWaitTime: number;
  readonly topics: readonly FetchedTopic[];
}
type RequestBuilder = (request: object) => unknown;

/** The part of kafkajs' internal class that this file uses. */
export interface Broker {
  /** The logger of the client, made once for each `Kafka`. */
  readonly rootLogger: object;
  readonly connectionPool: { readonly pool: readonly { readonly socket?: { destroy(error: Error): unknown } }[] };
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  lookupRequest(apiKey: number, definition: unknown): RequestBuilder;
}
export type Fetch = (this: Broker, request: FetchRequest) => Promise<SessionResponse>;

const FETCH_API_KEY = 1;
/** The first version of the fetch API that has sessions: that of Kafka 1.1. */
const FIRST_WITH_SESSIONS = 7;

let isDone = false;

/**
 * kafkajs 2.2.4 names every partition in every fetch request, and gets each of them back, with or without records: a consumer of
 * six topics with six partitions pays for 36 partitions to get one record. The requests of kafkajs have the fields of a fetch
 * session (KIP-227), but kafkajs never sets them. This patch does: one session for each connection of a consumer to a broker.
 */
export function fetchInSessions(): void {
  if (isDone) return;
  isDone = true;
  const { prototype } = require('kafkajs/src/broker') as { prototype: { fetch: Fetch } };
  prototype.fetch = inSessions(prototype.fetch);
}

/** @param whole a fetch that names every partition, as kafkajs' own does */
export function inSessions(whole: Fetch): Fetch {
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
  const sessions = new WeakMap<Broker, FetchSession>();
  const busy = new WeakSet<Broker>();

  return async function (this: Broker, request: FetchRequest): Promise<SessionResponse> {
    const hasSessions = (this.versions?.[FETCH_API_KEY]?.maxVersion ?? 0) >= FIRST_WITH_SESSIONS;
    // The requests of a session must follow one another: a fetch beside another one goes without a session.
    if (!hasSessions || busy.has(this)) return whole.call(this, request);
    busy.add(this);
    const session = sessions.get(this) ?? new FetchSession();
    sessions.set(this, session);
    const ask = (): Promise<SessionResponse> => {
      const { topics, ...fields } = session.next(request.topics);
      return whole.call(adding(this, fields), { ...request, topics });
    };
    try {
      const response = await ask();
      if (session.answered(response)) return response;
      const anew = await ask();
      if (session.answered(anew)) return anew;
      throw createErrorFromCode(anew.errorCode);
    } catch (error) {
      session.end();
      throw error;
    } finally {
      busy.delete(this);
    }
  };
}

/** The same broker, which adds these fields to its requests. */
const adding = (broker: Broker, fields: object): Broker =>
  Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: unknown): RequestBuilder => {
        const build = broker.lookupRequest(apiKey, definition);
        return (request) => build({ ...request, ...fields });
      },
    },
  }) as Broker;
