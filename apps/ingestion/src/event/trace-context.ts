import { isTraceparent } from '@signet/contracts';

/**
 * The trace that an event belongs to: its own attribute (CloudEvents' distributed tracing extension), else the header of
 * what carried it. An attribute that cannot be read is ignored, so it does not hide the header.
 */
export const traceparentOf = (attribute: unknown, header: unknown): string | undefined =>
  [attribute, header].find(isTraceparent);
