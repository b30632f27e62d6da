import { subscribe } from 'node:diagnostics_channel';

/** Header with the process that sends a POST and the time at which it began: microseconds of the machine's monotonic clock. */
const SENDER = 'x-sender';

interface Request {
  readonly headers: unknown;
  addHeader(name: string, value: string): void;
}

// Loaded into delivery before its own code (`--import`): receivers then see which replica sent each POST, and when. The time comes
// from the monotonic clock, because the wall clock jumps.
subscribe('undici:request:create', (message) => {
  const { request } = message as { request: Request };
  if (String(request.headers).includes('signet-delivery-id'))
    request.addHeader(SENDER, `${process.pid}/${process.hrtime.bigint() / 1_000n}`);
});
