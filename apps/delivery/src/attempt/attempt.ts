import type { KeyObject } from 'node:crypto';
import { isCredentialHeader, MASKED } from '@signet/contracts';
import type { ErrorClass } from '@signet/contracts';
import { EgressWithheldError } from '@signet/egress';
import type { ClientIdentity, EgressClient, EgressResult } from '@signet/egress';
import { legacySignature, signatureHeader } from '@signet/signature';
import type { Clock } from '@signet/contracts';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import type { AttemptFacts, AttemptFailure } from '../delivery/delivery.events.ts';
import { retryAfterMs } from '../delivery/retry-after.ts';
import { hostOf } from '../platform-fault/host-of.ts';
import { seenAttempt } from '../platform-fault/seen-attempt.ts';
import type { SeenAttempt } from '../platform-fault/seen-attempt.ts';
import type { Verdict } from '../platform-fault/suspects.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { HiddenCredentials } from './hidden-credentials.ts';
import { mergedHeaders, withValues } from './merged-headers.ts';
import { MAX_RESPONSE_BYTES, recordedBody } from './recorded-body.ts';

/** Signed and ready to be sent, not yet on the wire. Only a `CompletedAttempt` can be recorded. */
export interface PreparedAttempt {
  readonly task: DeliveryTask;
  readonly host: string;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The headers whose values are credentials: they are sent, but not recorded. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly signature: string;
  readonly timeoutMs: number;
  readonly identity: ClientIdentity | undefined;
}

/**
 * Secrets of a webhook, opened for an attempt: the signing keys, newest first; the credential headers; and the client
 * certificate for receivers that ask for one.
 */
export interface AttemptMeans {
  readonly keys: readonly KeyObject[];
  /** The webhook's headers whose values are credentials, opened. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly identity: ClientIdentity | undefined;
}

/** One moment, by two clocks (ADR 42). */
export interface AttemptTimes {
  /** By the clock that is used for due times, leases and limits. */
  readonly startedAt: Date;
  /** By the clock that matches the outside world: receivers refuse a signature whose time is five minutes off. */
  readonly signedAt: Date;
}

export interface CompletedAttempt {
  readonly prepared: PreparedAttempt;
  readonly result: AttemptResult;
}

/** Signs the body anew, as each attempt has its own timestamp (Standard Webhooks 1.0.0). */
export function prepareAttempt(
  task: DeliveryTask,
  webhook: RoutedWebhook,
  { keys, credentials, identity }: AttemptMeans,
  defaults: { timeoutMs: number; userAgent: string },
  times: AttemptTimes,
): PreparedAttempt {
  const row = task.row;
  if (row === null) throw new Error(`Delivery ${task.id} was never requested.`);
  const attempt = task.nextAttempt;
  const timestamp = Math.floor(times.signedAt.getTime() / 1000);
  const signature = signatureHeader(keys, row.eventId, timestamp, task.body);
  // Headers that no tenant may replace, not even by a header that was stored before its name was reserved.
  const own: Record<string, string> = {
    'content-type': 'application/json',
    'webhook-id': row.eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
    'signet-delivery-id': row.id,
    'signet-event-type': row.eventType,
    'signet-attempt': String(attempt),
  };
  if (row.kind !== 'message') own[`signet-${row.kind}`] = 'true';
  if (task.traceparent !== undefined) own['traceparent'] = task.traceparent;
  const userAgent = { 'user-agent': defaults.userAgent };
  const legacy = legacyHeader(webhook, keys, task.body);
  const timeoutMs = webhook.requestTimeoutMs ?? defaults.timeoutMs;
  return {
    task,
    host: hostOf(webhook),
    attempt,
    startedAt: times.startedAt,
    url: webhook.url,
    headers: mergedHeaders(userAgent, [webhook.headers, credentials, legacy], own),
    // In records from before credentials were sealed, they are among the plain headers.
    credentials: { ...credentialsIn(webhook.headers), ...credentials },
    signature,
    timeoutMs,
    identity,
  };
}

/**
 * For a receiver that migrates: one more header, under the name that the webhook sets. It is signed with the newest secret
 * only, since it holds one value.
 */
function legacyHeader(
  { legacySignatureHeader: name }: RoutedWebhook,
  [newest]: readonly KeyObject[],
  body: Buffer,
): Record<string, string> {
  return name == null || newest === undefined ? {} : { [name]: legacySignature(newest, body) };
}

/**
 * Sends the attempt. A fault of the network is a result, never an exception.
 *
 * @param faultOf judges whose fault the failure is; the verdict may take a while
 * @param mayBegin called just before the request is written
 * @returns null if `mayBegin` returned false: nothing was sent
 */
export async function sendAttempt(
  prepared: PreparedAttempt,
  client: Pick<EgressClient, 'post'>,
  clock: Clock,
  owner: string,
  faultOf: (seen: SeenAttempt) => Verdict | Promise<Verdict>,
  mayBegin: () => boolean,
): Promise<CompletedAttempt | null> {
  const { task, url, headers, timeoutMs, startedAt, identity, host } = prepared;
  const { body } = task;
  const limits = { timeoutMs, maxResponseBytes: MAX_RESPONSE_BYTES };
  try {
    const result = await client.post({ url, headers, body, ...limits, identity, mayBegin });
    const endedAt = clock();
    const { webhookId, row } = task;
    const times = { startedAt: startedAt.getTime(), endedAt: endedAt.getTime() };
    const seen = seenAttempt({ host, webhookId, tenantId: row?.tenantId ?? '', ...times }, result);
    const fault = seen ? await faultOf(seen) : 'receiver';
    return { prepared, result: attemptResult(prepared, result, endedAt, owner, startedAt, fault) };
  } catch (error) {
    if (error instanceof EgressWithheldError) return null;
    throw error;
  }
}

function attemptResult(
  prepared: PreparedAttempt,
  result: EgressResult,
  endedAt: Date,
  owner: string,
  startedAt: Date,
  fault: Verdict,
): AttemptResult {
  const isResponse = result.kind === 'response';
  const hidden = new HiddenCredentials(prepared.credentials);
  const facts: AttemptFacts = {
    attempt: prepared.attempt,
    cause: prepared.task.cause,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    durationMs: endedAt.getTime() - startedAt.getTime(),
    owner,
    epoch: prepared.task.claim.epoch,
    request: { method: 'POST', url: result.url, headers: masked(prepared) },
    signature: prepared.signature,
    response: isResponse
      ? {
          statusCode: result.statusCode,
          headers: hidden.inHeaders(result.headers),
          ...recordedBody(result, hidden),
          ...(result.note !== null && { note: result.note }),
        }
      : null,
    address: result.address,
    timings: { ...result.timings },
  };
  const failure = isResponse
    ? statusFailure(result.statusCode, result.note)
    : { errorClass: result.errorClass, errorMessage: storable(result.message), fault };
  return {
    facts,
    endedAtMs: endedAt.getTime(),
    failure,
    retryAfterMs:
      isResponse && failure?.errorClass === 'throttled'
        ? retryAfterMs(result.headers['retry-after'], endedAt.getTime())
        : null,
    final: failure?.errorClass === 'gone',
  };
}

/** 2xx is success and nothing else is (Standard Webhooks); 410 asks for no further deliveries. */
function statusFailure(statusCode: number, note: string | null): AttemptFailure | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  return {
    errorClass: statusClass(statusCode),
    errorMessage: note === null ? statusMessage(statusCode) : `${statusMessage(statusCode)} ${note}`,
    fault: 'receiver',
  };
}

function statusClass(statusCode: number): ErrorClass {
  if (statusCode === 410) return 'gone';
  if (statusCode >= 300 && statusCode < 400) return 'redirect';
  if (statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504) return 'throttled';
  return 'http_status';
}

function statusMessage(statusCode: number): string {
  if (statusCode === 410) return 'The receiver answered 410 Gone and takes no more deliveries.';
  if (statusCode >= 300 && statusCode < 400) return `The receiver answered ${statusCode}; redirects are not followed.`;
  return `The receiver answered ${statusCode}.`;
}

/** PostgreSQL's text has no NUL, and a failure that cannot be recorded would be tried for ever. */
const storable = (message: string): string => message.replaceAll('\0', '\uFFFD');

const credentialsIn = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name, value]) => isCredentialHeader(name, value)));

/** The headers as they are recorded: the values of a tenant's credentials are masked. */
const masked = ({ headers, credentials }: PreparedAttempt): Record<string, string> =>
  withValues(headers, Object.keys(credentials), MASKED);
