import type { ErrorClass } from '@signet/contracts';
import { CertificateNameError } from '../tls/certificate-name.ts';
import { BlockedAddressError } from '../connection/link.ts';
import type { LinkPhase } from '../connection/link.ts';

export interface Classified {
  readonly errorClass: ErrorClass;
  readonly message: string;
  /** The code of the system, OpenSSL or undici; null if there is none. */
  readonly code: string | null;
}

/** How far a request had come when it failed. */
export type Stage = 'resolving' | 'queued' | Exclude<LinkPhase, 'closed' | 'open'> | 'waiting' | 'reading';

const WHILE: Record<Stage, string> = {
  resolving: 'while the host name was looked up',
  queued: 'while it waited for a free connection',
  tcp: 'while connecting',
  tls: 'during the TLS handshake',
  waiting: 'while waiting for a response',
  reading: 'while reading the response',
};

export const timedOut = (timeoutMs: number, stage: Stage): Classified => ({
  errorClass: 'timeout',
  code: null,
  message: `The time of ${timeoutMs} ms was over ${WHILE[stage]}.`,
});

/** The connection ended before the response did. */
const LOSSES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET']);
/** Messages of undici's `SocketError`s that are about the response and not about the connection. */
const BAD_RESPONSES = new Set(['bad response', 'bad upgrade']);

/** Whether the connection was lost, and not a wrong response received. */
export const isConnectionLoss = (error: Error): boolean =>
  LOSSES.has(codeOf(error)) && !BAD_RESPONSES.has(error.message);

/**
 * Classifies an error of undici, node:net, node:tls or our own connector. The message says what happened. It never quotes bytes of the receiver,
 * because it is shown to tenants.
 */
export const classify = (error: Error, stage: Stage): Classified => ({ ...placed(error, stage), code: codeOf(error) });

type Placed = Omit<Classified, 'code'>;

function placed(error: Error, stage: Stage): Placed {
  if (error instanceof BlockedAddressError) return { errorClass: 'blocked_address', message: error.message };
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return { errorClass: 'invalid_request', message: `The request cannot be sent: ${error.message}.` };
  }
  if (code === 'ETIMEDOUT') return { errorClass: 'timeout', message: `The network gave up ${WHILE[stage]}.` };
  if (error instanceof CertificateNameError) {
    return { errorClass: 'tls', message: `The TLS handshake failed (${code}): ${error.message}.` };
  }
  if (stage === 'tls') return { errorClass: 'tls', message: `The TLS handshake failed (${code}).` };
  if (stage === 'waiting' || stage === 'reading') return classifyResponse(error, code, stage);
  return { errorClass: 'connect', message: `No connection could be opened (${code}).` };
}

function classifyResponse(error: Error, code: string, stage: 'waiting' | 'reading'): Placed {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { errorClass: 'response_too_large', message: 'The headers of the response are too large.' };
  }
  if (isConnectionLoss(error) || (stage === 'reading' && isEarlyEnd(error, code))) {
    return { errorClass: 'reset', message: `The connection was closed ${WHILE[stage]}.` };
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|EPROTO)/.test(code)) {
    // In TLS 1.3 the alert of a receiver that refuses the client comes after the client has finished the handshake.
    return { errorClass: 'tls', message: `The TLS connection was ended by an alert (${code}).` };
  }
  return brokenProtocol(error, undefined);
}

/** @param fault a better description than the parser's, if there is one */
export const brokenProtocol = (error: Error, fault: string | undefined): Placed => ({
  errorClass: 'protocol',
  message: `The response is not valid HTTP/1.1 (${UNASKED[error.message] ?? fault ?? reasonOf(error)}).`,
});

/** For undici's messages about two kinds of responses that were not asked for: our words. */
const UNASKED: Readonly<Record<string, string>> = {
  'bad response': '100 Continue, which was not asked for',
  'bad upgrade': 'a change of the protocol, which was not asked for',
};

/** The parser's errors carry no code of their own (undici 8.12), only one of llhttp's fixed sentences in brackets. */
const reasonOf = (error: Error): string => /\(([\w :/-]+)\)$/.exec(error.message)?.[1] ?? codeOf(error);

/** The body ended before its length, or before its last chunk. */
const isEarlyEnd = (error: Error, code: string): boolean =>
  code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || reasonOf(error) === 'Invalid EOF state';

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);
