/** W3C Trace Context, 3.2: later versions may append fields, version 00 may not; an id of only zeros is not valid. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\u0021-\u007e]{0,200})?$/;

/** Whether the value is a valid `traceparent`. By the standard a valid one is passed on, and any other value is ignored. */
export function isTraceparent(value: unknown): value is string {
  const [, version, appended] = (typeof value === 'string' && TRACEPARENT.exec(value)) || [];
  return version !== undefined && (version !== '00' || appended === undefined);
}
