import { createRequire } from 'node:module';
import { FetchSession } from './fetch-session.ts';
import type { FetchedTopic, SessionResponse } from './fetch-session.ts';

const require = createRequire(import.meta.url);

interface FetchRequest {
  readonly topics: readonly FetchedTopic[];
}
type RequestBuilder = (request: object) => unknown;

/** What is used of kafkajs' inner class. */
export interface Broker {
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  lookupRequest(apiKey: number, definition: unknown): RequestBuilder;
}
export type Fetch = (this: Broker, request: FetchRequest) => Promise<SessionResponse>;

const FETCH_API_KEY = 1;
/** Of the fetch API, the first version with sessions. Kafka 1.1. */
const FIRST_WITH_SESSIONS = 7;

let isDone = false;

/**
 * kafkajs 2.2.4 names every partition in every request to fetch, and gets each back, with or without records; a consumer of
 * six topics with six partitions pays for 36 to get one record. Its requests know the fields of a session (KIP-227) without
 * ever setting them: this sets them, one session for each connection of a consumer to a broker.
 */
export function fetchInSessions(): void {
  if (isDone) return;
  isDone = true;
  const { prototype } = require('kafkajs/src/broker') as { prototype: { fetch: Fetch } };
  prototype.fetch = inSessions(prototype.fetch);
}

/** @param whole a fetch that names every partition */
export function inSessions(whole: Fetch): Fetch {
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
  const sessions = new WeakMap<Broker, FetchSession>();
  const busy = new WeakSet<Broker>();

  return async function (this: Broker, request: FetchRequest): Promise<SessionResponse> {
    const hasSessions = (this.versions?.[FETCH_API_KEY]?.maxVersion ?? 0) >= FIRST_WITH_SESSIONS;
    // The requests of a session have an order.
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

/** The broker, whose requests have these fields as well. */
const adding = (broker: Broker, fields: object): Broker =>
  Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: unknown): RequestBuilder => {
        const build = broker.lookupRequest(apiKey, definition);
        return (request) => build({ ...request, ...fields });
      },
    },
  }) as Broker;
