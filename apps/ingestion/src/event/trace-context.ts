import { isTraceparent } from '@signet/contracts';

/**
 * The trace that an event belongs to: its own attribute (CloudEvents' distributed tracing extension), or else the
 * header of the request or record. An attribute that cannot be read is ignored, so that the header is used.
 */
export const traceparentOf = (attribute: unknown, header: unknown): string | undefined =>
  [attribute, header].find(isTraceparent);
