import { request as requestHttp } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { reasonOf } from '../api/client.ts';

export interface Incoming {
  /** As they came; names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type Forwarded =
  | {
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      /** The beginning of the body. */
      readonly body: Buffer;
      readonly durationMs: number;
    }
  /** No response came; a sentence says why. */
  | { readonly error: string; readonly durationMs: number };

/** As long as Signet waits at most: a webhook's largest requestTimeoutMs, milliseconds. */
const TIMEOUT_MS = 30_000;
/** Signet keeps as much of a response. */
const MAX_RESPONSE_BYTES = 10_240;
/** Headers of one connection, not of the message; `host` names the receiver. */
const OF_THE_CONNECTION = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
]);

/**
 * POSTs the same bytes with the same headers to `target`, so that the signature stays valid. `node:http`, because `fetch` would add headers of
 * its own. Redirects are not followed, as Signet follows none.
 */
export function forward(target: URL, { headers, body }: Incoming): Promise<Forwarded> {
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== undefined && !OF_THE_CONNECTION.has(name)),
  );
  const options = {
    method: 'POST',
    headers: { ...kept, 'content-length': body.length } as OutgoingHttpHeaders,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  return new Promise((resolve) => {
    const fail = (error: Error): void => {
      const isSlow = error.name === 'AbortError' || error.name === 'TimeoutError';
      const reason = isSlow ? `no response within ${TIMEOUT_MS / 1_000} s` : reasonOf(error);
      resolve({ error: `${target.origin}: ${reason}`, durationMs: durationMs() });
    };
    const sending = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options, (response) => {
      beginningOf(response).then(
        (beginning) =>
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: response.headers,
            body: beginning,
            durationMs: durationMs(),
          }),
        fail,
      );
    });
    sending.once('error', fail);
    sending.end(body);
  });
}

/** Reads to the end, so that the connection can be used again, and keeps the beginning. */
async function beginningOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < MAX_RESPONSE_BYTES) chunks.push(chunk.subarray(0, MAX_RESPONSE_BYTES - size));
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}
