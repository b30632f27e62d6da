import { subscribe } from 'node:diagnostics_channel';
import { SENDER } from './deliveries-made.ts';

interface Request {
  readonly headers: unknown;
  addHeader(name: string, value: string): void;
}

// Loaded into a service before its own code (`--import`): it adds a header, so that receivers see which replica sent
// each POST. A request does not show that otherwise, and a replica that was killed cannot be asked.
subscribe('undici:request:create', (message) => {
  const { request } = message as { request: Request };
  if (String(request.headers).includes('signet-delivery-id')) request.addHeader(SENDER, `${process.pid}/${Date.now()}`);
});
