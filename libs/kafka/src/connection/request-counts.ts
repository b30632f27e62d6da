import type { RequestEvent } from 'kafkajs';

/** Kinds of requests to Kafka that are counted apart. */
export const REQUEST_KINDS = ['produce', 'fetch', 'commit', 'heartbeat', 'metadata', 'other'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** kafkajs' names of the kinds. All other requests, such as those that join a group, are `other`. */
const KINDS: Readonly<Record<string, RequestKind>> = {
  Produce: 'produce',
  Fetch: 'fetch',
  OffsetCommit: 'commit',
  Heartbeat: 'heartbeat',
  Metadata: 'metadata',
};

const counts: Record<RequestKind, number> = { produce: 0, fetch: 0, commit: 0, heartbeat: 0, metadata: 0, other: 0 };

/** The requests of all clients of this process that Kafka has answered. Requests that timed out are not counted. */
export const kafkaRequests = (): Readonly<Record<RequestKind, number>> => ({ ...counts });

/** A listener for the `REQUEST` event of a client. kafkajs makes the event's payload in any case, so a listener costs less than a microsecond. */
export const countRequest = ({ payload: { apiName } }: RequestEvent): void => {
  counts[KINDS[apiName] ?? 'other'] += 1;
};
