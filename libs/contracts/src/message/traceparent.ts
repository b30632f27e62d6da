/** W3C Trace Context, 3.2: versions to come may append to it, version 00 may not; ids of nothing but zeros are none. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\u0021-\u007e]{0,200})?$/;

/** Whether it is a `traceparent` that can be read. The standard asks to ignore any other, and to pass this one on. */
export function isTraceparent(value: unknown): value is string {
  const [, version, appended] = (typeof value === 'string' && TRACEPARENT.exec(value)) || [];
  return version !== undefined && (version !== '00' || appended === undefined);
}
