import type { ErrorClass } from '@signet/contracts';
import type { ClientIdentity } from './tls/client-identity.ts';
import type { Stage } from './response/failures.ts';

/** What `post` sends. */
export interface EgressRequest {
  readonly url: string;
  /** Sent as they are; names of the connection's own headers (host, content-length, …) make it an `invalid_request`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Bound on everything together: resolving, connecting, sending, headers and body. */
  readonly timeoutMs: number;
  /** As much of the response's body is kept. */
  readonly maxResponseBytes: number;
  /** Shown to receivers that ask for a client certificate. Without effect where the URL has no TLS. */
  readonly identity?: ClientIdentity | undefined;
  /** Asked when the request is about to be written, which may be long after `post` was called: false withholds it. */
  readonly mayBegin?: () => boolean;
}

/** Milliseconds, with fractions; null where a step did not happen or its time cannot be known. */
export interface EgressTimings {
  /** null for an IP literal. Next to nothing when another request has just asked for the same name. */
  readonly dnsMs: number | null;
  /** TCP; null on a connection that was already open. */
  readonly connectMs: number | null;
  /** null without TLS, or on a connection that was already open. */
  readonly tlsMs: number | null;
  /** From the start to the first byte of the response. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/** Why one try came to nothing: how far it had come, and the code of the system, of OpenSSL or of undici. */
export interface EgressCause {
  readonly stage: Stage;
  /** null where the time was over, or the answer had no code. */
  readonly code: string | null;
  /** The address that was tried. */
  readonly address: string | null;
}

interface Common {
  /** The URL as it was sent; as it was given where nothing could be sent. */
  readonly url: string;
  readonly timings: EgressTimings;
  /**
   * The receiver had closed the kept-alive connection before it sent a byte of a response, so the request was sent once
   * more over a new one. The receiver may, rarely, have seen it twice.
   */
  readonly retriedStaleConnection: boolean;
  /** When the resolver gave the addresses, milliseconds since the epoch; null where it did not, or was not asked. */
  readonly resolvedAt: number | null;
}

/**
 * The receiver answered; any status of 200 or more, redirects included, which are never followed. A response whose status
 * line can be read is one even where the rest of it is no valid HTTP/1.1.
 */
export interface EgressResponse extends Common {
  readonly kind: 'response';
  readonly statusCode: number;
  /** Names in lower case; values of a repeated header joined by ", ". At most `maxHeaderBytes` altogether. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first `maxResponseBytes` bytes as they came, never decompressed. */
  readonly body: Buffer;
  readonly bodyTruncated: boolean;
  /** What is wrong with the response as HTTP/1.1, as a sentence; null: nothing. Its headers and body may be incomplete then. */
  readonly note: string | null;
  /** The address that was connected to. */
  readonly address: string;
}

/** There was no whole response. */
export interface EgressFailure extends Common {
  readonly kind: 'failure';
  readonly errorClass: ErrorClass;
  /** A sentence for people. For `blocked_address` it says nothing about what stood there. */
  readonly message: string;
  /** The address that was tried; null when there was none, or when it is nobody's business. */
  readonly address: string | null;
  /**
   * When the lookup that failed was begun, milliseconds since the epoch; null where none did. Requests for one name share
   * it, so it may lie before the request.
   */
  readonly lookupBegunAt: number | null;
  /** Of each address that was tried, in order; empty where nothing was. */
  readonly causes: readonly EgressCause[];
}

export type EgressResult = EgressResponse | EgressFailure;
