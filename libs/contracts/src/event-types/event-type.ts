import type { Domain } from '../kafka/topics.ts';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An entry of the event catalogue: an event that producers may send and receivers can expect. */
export interface EventType {
  /** `domain.what_happened`; the `type` of the CloudEvent. Of the domain `webhook`: Signet's own. */
  readonly name: string;
  /** For people. */
  readonly displayName: string;
  readonly domain: Domain;
  readonly description: string;
  /** Grows with each change of the schema; the new schema must accept all data that the version before accepted. */
  readonly version: number;
  /** The schema of `data`. */
  readonly schema: JsonSchema;
  /** Fits the schema; test deliveries send it. */
  readonly example: Readonly<Record<string, unknown>>;
}
