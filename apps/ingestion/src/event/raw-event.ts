/** A CloudEvent as it came, before any rule was checked. A missing attribute is undefined. */
export interface RawEvent {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The producer's own bytes of `data`; null when there is none. */
  readonly data: Buffer | null;
  /** The parsed `data`; only if the reader has parsed it already. */
  readonly parsed?: unknown;
  /** The plain `traceparent` header of the request or record that carried the event, as it came. */
  readonly carrierTraceparent?: string | undefined;
}
