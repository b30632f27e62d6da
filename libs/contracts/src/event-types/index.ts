import { isOwnDomain } from '../kafka/topics.ts';
import { CATALOGUE } from './catalogue.ts';
import type { EventType } from './event-type.ts';

export type { EventType, JsonSchema } from './event-type.ts';

/** The event catalogue. A new type is a file of its own; `npm run docs` puts it into the list. */
export const EVENT_TYPES: readonly EventType[] = CATALOGUE;

const BY_NAME: ReadonlyMap<string, EventType> = new Map(EVENT_TYPES.map((eventType) => [eventType.name, eventType]));

export const EVENT_TYPE_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The event types that producers may send: all except Signet's own. */
export const PRODUCER_EVENT_TYPES: readonly EventType[] = EVENT_TYPES.filter(({ domain }) => !isOwnDomain(domain));

/** undefined for a name that is not in the catalogue. */
export const eventTypeByName = (name: string): EventType | undefined => BY_NAME.get(name);
