import { createRequire } from 'node:module';
import type { Broker, Fetch } from './fetch-in-sessions.ts';
import type { SessionResponse } from './fetch-session.ts';

/** After so long without a record a consumer counts as idle, milliseconds. */
const IDLE_AFTER_MS = 3_000;
/**
 * The broker keeps a request of an idle consumer this many times as long as the consumer asks for. A record that comes meanwhile
 * ends the wait, so that it is read just as soon.
 */
const PATIENCE = 10;
/** A consumer's own wait is made no longer than this, milliseconds: kafkajs sends heartbeats between its fetches, every 3 s by default. */
const LONGEST_MS = 2_500;

const NOTHING: Omit<SessionResponse, 'sessionId'> = { errorCode: 0, responses: [] };

/** How long a broker has had nothing for one consumer, which asked for so many partitions. */
interface Quiet {
  partitions: number;
  ms: number;
}

/** Ends the fetches of one client that wait for records. */
type EndWait = () => void;
const waits = new WeakMap<object, Set<EndWait>>();

let isDone = false;

/** Lets the fetches of kafkajs 2.2.4 wait longer while there are no records, and makes `endFetches` possible. */
export function fetchPatiently(): void {
  if (isDone) return;
  isDone = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: { fetch: Fetch } };
  prototype.fetch = patiently(prototype.fetch);
}

/**
 * Lets a broker wait longer for records while there are none: an idle consumer asks once a second and not ten times. A consumer asks
 * often again when records come, and when it asks for other partitions than before: a partition that was left out because its
 * records could not be handled so fast must be read soon when it may be.
 */
export function patiently(fetch: Fetch): Fetch {
  const idle = new WeakMap<Broker, Quiet>();
  return async function (this: Broker, request): Promise<SessionResponse> {
    const partitions = request.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
    let quiet = idle.get(this);
    if (quiet?.partitions !== partitions) idle.set(this, (quiet = { partitions, ms: 0 }));
    const maxWaitTime = quiet.ms >= IDLE_AFTER_MS ? patientWait(request.maxWaitTime) : request.maxWaitTime;
    const response = await untilEnded(this, fetch.call(this, { ...request, maxWaitTime }));
    quiet.ms = response.responses.length > 0 ? 0 : quiet.ms + maxWaitTime;
    return response;
  };
}

const patientWait = (ms: number): number => Math.max(ms, Math.min(ms * PATIENCE, LONGEST_MS));

/**
 * Ends the fetches of a client that wait for records: its consumer is about to stop, and kafkajs would wait for them.
 *
 * @param logger of the client, by which its brokers are known
 */
export function endFetches(logger: object): void {
  for (const end of waits.get(logger) ?? []) end();
}

/** The broker's answer, or an empty one as soon as the wait is ended. The connection is closed then: kafkajs would wait for the answer. */
async function untilEnded(broker: Broker, answer: Promise<SessionResponse>): Promise<SessionResponse> {
  const { rootLogger, connectionPool } = broker;
  const ofClient = waits.get(rootLogger) ?? new Set();
  waits.set(rootLogger, ofClient);
  let end: EndWait = () => undefined;
  const ended = new Promise<SessionResponse>((resolve) => {
    end = () => {
      answer.catch(() => undefined);
      for (const { socket } of connectionPool.pool.slice(FETCHING)) socket?.destroy(new Error('The consumer stops.'));
      resolve({ ...NOTHING, sessionId: 0 });
    };
  });
  ofClient.add(end);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    ofClient.delete(end);
  }
}

/** Of the two connections to a broker, kafkajs uses the second one for fetches alone. */
const FETCHING = 1;
