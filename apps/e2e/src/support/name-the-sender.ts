import { subscribe } from 'node:diagnostics_channel';
import { SENDER } from './deliveries-made.ts';

interface Request {
  readonly headers: unknown;
  addHeader(name: string, value: string): void;
}

// Loaded into a service before its own code (`--import`): receivers then see which replica each POST comes from, as the
// wire itself does not tell and no replica can be asked that was killed.
subscribe('undici:request:create', (message) => {
  const { request } = message as { request: Request };
  if (String(request.headers).includes('signet-delivery-id')) request.addHeader(SENDER, `${process.pid}/${Date.now()}`);
});
