import { hash } from 'node:crypto';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

/** Namespace of the ids that Signet derives (a random UUID, fixed for ever: changing it would repeat every delivery). */
const SIGNET_NAMESPACE = '5b2f6c1e-3d0a-4a55-9d0e-6f1c54b0a7d9';

/**
 * The id that receivers see as `webhook-id`: UUIDv5 of source and id, since CloudEvents are unique by both together; also
 * where the id is a UUID already (docs/adr/0028). It settles the race of a producer that sends the same message twice: both
 * are the same event to every receiver.
 */
export const eventIdOf = (message: { source: string; id: string }): string =>
  uuidv5(`event\n${message.source}\n${message.id}`, SIGNET_NAMESPACE);

/**
 * The id of the delivery of one message to one webhook: UUIDv5(webhook id, source + id). It settles the races of a
 * repeated message, of a Kafka batch that is handled by its old and its new owner, and of a fan-out that crashed
 * between producing and committing: all of them make the same delivery, and one unique index finds the repeat.
 */
export function deliveryIdOf(webhookId: string, message: { source: string; id: string }): string {
  return uuidv5(`${message.source}\n${message.id}`, webhookId);
}

/**
 * The id of the delivery that repeats another one in a replay: UUIDv5(replay id, delivery id). A replay that continues after
 * a crash asks for some deliveries a second time; they get the same ids, so they are not made twice.
 */
export const repeatIdOf = (replayId: string, deliveryId: string): string => uuidv5(deliveryId, replayId);

/**
 * The id of the replay that was asked for when a webhook was enabled: UUIDv5(webhook id, time of the enabling). Every
 * replica of delivery reads the webhook's snapshot, and reads it again at each start; all of them derive the same id, and
 * the primary key of the replays settles who makes it. A replay that was cancelled or has ended keeps its row, so the
 * snapshot cannot start it a second time. The next enabling has another time, and so another replay.
 *
 * @param enabledAt RFC 3339, exactly the text of the snapshot
 */
export const missedReplayIdOf = (webhookId: string, enabledAt: string): string =>
  uuidv5(`missed\n${enabledAt}`, webhookId);

/**
 * The CloudEvents id of an alert: UUIDv5(webhook id, version of the webhook's stream at the fact behind it). A relay that
 * crashed between Kafka and its position publishes the fact again: to every receiver it is the same alert.
 */
export const alertIdOf = (webhookId: string, version: number): string => uuidv5(`alert\n${version}`, webhookId);

/** An id for something new: UUIDv7, so that ids sort by the time they were made. */
export const newId = (): string => uuidv7();

/** An id that is always the same for the same name, such as that of the first operator key. */
export const fixedId = (name: string): string => uuidv5(name, SIGNET_NAMESPACE);

/**
 * UUIDv5 (RFC 9562, section 5.5). Every delivery has one, and the `uuid` package, which cannot use the one-shot hash, takes
 * four times as long.
 *
 * @throws TypeError when the namespace is no UUID
 */
function uuidv5(name: string, namespace: string): string {
  if (!isUuid(namespace)) throw new TypeError('The namespace is no UUID.');
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const sha1 = hash('sha1', Buffer.concat([space, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(sha1.slice(16, 17), 16) & 0b0011) | 0b1000).toString(16);
  return `${sha1.slice(0, 8)}-${sha1.slice(8, 12)}-5${sha1.slice(13, 16)}-${variant}${sha1.slice(17, 20)}-${sha1.slice(20, 32)}`;
}

export { isUuid };
