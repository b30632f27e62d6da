import type { Dispatcher } from 'undici';
import { brokenProtocol, classify, isConnectionLoss, timedOut } from './response/failures.ts';
import type { Classified, Stage } from './response/failures.ts';
import type { HostPool } from './connection/host-pool.ts';
import type { Link } from './connection/link.ts';
import { readOddResponse } from './response/odd-response.ts';
import type { LinkedHandler } from './connection/pinned-client.ts';
import type { Resolution } from './address/resolver.ts';
import { joinHeaders, restLength } from './response/response-headers.ts';
import { ResponseBody } from './response/response-body.ts';
import type { EgressCause, EgressRequest, EgressResult, EgressTimings } from './result.ts';

/** After so many 1xx responses without a final one the request fails. */
const MAX_INTERIM_RESPONSES = 20;
/** If no more than this is left of the body, it is read to its end: that costs less than a new connection, and far less than TLS. */
const MAX_DRAINED_BYTES = 64 * 1024;
/**
 * Judges a lost connection: if the receiver had closed it while it was idle, the reset comes within a round trip, and the request is
 * sent again. After a longer time the receiver has probably begun to work on the request, and to send it again would repeat it.
 */
const STALE_WITHIN_MS = 1000;

export interface ExchangeContext {
  readonly request: EgressRequest;
  readonly dispatch: Dispatcher.DispatchOptions;
  /** The URL as it is sent. */
  readonly url: string;
  /** The connections to one of the resolved addresses. */
  readonly poolOf: (address: string) => HostPool;
  readonly settle: (result: EgressResult) => void;
  /** Called instead of `settle` if the request may not begin any more. */
  readonly withhold: () => void;
}

/**
 * One request from the first look-up to its result. It implements undici's handler interface, without a stream or a promise in
 * between, and has one timer for everything. It settles exactly once; later calls of undici are ignored.
 */
export class Exchange implements LinkedHandler {
  link: Link | undefined;
  isAwaited = true;
  readonly #context: ExchangeContext;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #body: ResponseBody;
  #addresses: readonly string[] = [];
  #next = 0;
  #pool: HostPool | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #stage: Stage = 'resolving';
  #sentAt = 0;
  #reused = false;
  #retried = false;
  #interim = 0;
  #statusCode = 0;
  #headers: Record<string, string> = {};
  #dnsMs: number | null = null;
  #resolvedAt: number | null = null;
  #lookupBegunAt: number | null = null;
  readonly #causes: EgressCause[] = [];
  #firstByteMs: number | null = null;

  constructor(context: ExchangeContext) {
    this.#context = context;
    this.#body = new ResponseBody(context.request.maxResponseBytes);
    // A plain timer is the cheapest limit, since Node.js keeps one list for each duration: 0.3 µs a request to set and clear.
    // AbortSignal.timeout() costs 2.5 µs and stays in memory until its time is over.
    this.#timer = setTimeout(expire, context.request.timeoutMs, this);
  }

  /** Goes on with the addresses of the host, or fails with the reason why there are none. */
  resolved(resolution: Resolution, asked: boolean): void {
    if (!this.isAwaited) return;
    if (asked) this.#dnsMs = performance.now() - this.#startedAt;
    if (!resolution.ok) {
      this.#lookupBegunAt = resolution.askedAt;
      return this.#fail(resolution);
    }
    if (asked) this.#resolvedAt = resolution.answeredAt;
    this.#addresses = resolution.addresses;
    this.#tryNextAddress();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown rather than aborted: an abort would close the connection, which has not been used.
    if (!this.isAwaited || this.withheld()) throw new Error('The caller no longer waits for this request.');
    this.#controller = controller;
    this.#stage = 'waiting';
    this.#sentAt = performance.now();
    this.#reused = (this.link?.served ?? 0) > 0;
    if (!this.link) return;
    this.link.served += 1;
    this.link.heard.start();
  }

  /** Whether the request has not begun and may not begin any more; if so, this ends it. A request that is sent again has begun already. */
  withheld(): boolean {
    const { request, withhold } = this.#context;
    if (this.#retried || !request.mayBegin || request.mayBegin()) return false;
    this.isAwaited = false;
    clearTimeout(this.#timer);
    withhold();
    return true;
  }

  onResponseStarted(): void {
    this.#firstByteMs ??= performance.now() - this.#startedAt;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode >= 200) {
      this.#stage = 'reading';
      this.#statusCode = statusCode;
      this.#headers = joinHeaders(headers);
      this.link?.heard.stop();
      return;
    }
    this.#interim += 1;
    if (this.#interim <= MAX_INTERIM_RESPONSES) return;
    this.#fail({ errorClass: 'protocol', code: null, message: 'There were too many interim (1xx) responses.' });
    controller.abort(new Error('too many interim responses'));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // If the caller has its result already, this is the small rest of a body, read so that the connection can be used again.
    if (!this.isAwaited) return;
    if (this.#body.add(chunk)) return;
    const rest = restLength(this.#headers, this.#context.request.maxResponseBytes);
    const drained = rest !== undefined && rest <= MAX_DRAINED_BYTES;
    this.#respond(drained);
    if (!drained) controller.abort(new Error('enough of the body was read'));
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    if (this.isAwaited) this.#respond(false);
    this.link?.free(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#stage = this.#stageNow();
    const heard = this.#stage === 'waiting' ? this.link?.heard.bytes() : undefined;
    this.link?.free(false);
    if (!this.isAwaited) return clearTimeout(this.#timer);
    if (this.#wasStale(error)) return this.#sendOnceMore();
    const failure = classify(error, this.#stage);
    // No byte was sent, and the other addresses have been checked like this one, so the next one may be tried.
    if (failure.errorClass === 'connect' && this.#next < this.#addresses.length) {
      this.#noteCause(failure);
      return this.#tryNextAddress();
    }
    if (failure.errorClass === 'protocol') return this.#endOddly(failure, error, heard);
    this.#fail(failure);
  }

  /**
   * undici's parser has refused the response and closed the connection. If the status line can be read, the receiver has got the
   * message, so the status counts, and the rest is kept as far as it can be read.
   */
  #endOddly(failure: Classified, error: Error, heard: Buffer | undefined): void {
    if (this.#stage === 'reading') return this.#respond(false, failure.message);
    const odd = readOddResponse(heard ?? Buffer.alloc(0));
    const { message } = brokenProtocol(error, odd.fault);
    if (odd.statusCode === null) return this.#fail({ ...failure, message });
    this.#statusCode = odd.statusCode;
    this.#headers = odd.headers;
    this.#body.add(odd.body);
    this.#respond(false, message);
  }

  /** Called when the time is over: fails, and ends the connection attempt or the request. */
  expire(): void {
    const reason = new Error('the time was over');
    this.#stage = this.#stageNow();
    if (this.isAwaited) this.#fail(timedOut(this.#context.request.timeoutMs, this.#stage));
    if (this.#controller) this.#controller.abort(reason);
    else this.link?.abandon(reason);
  }

  #tryNextAddress(): void {
    const address = this.#addresses[this.#next++] as string;
    this.link = undefined;
    this.#stage = 'queued';
    this.#pool = this.#context.poolOf(address);
    this.#pool.dispatch(this.#context.dispatch, this);
  }

  /** Whether the connection was stale. True at most once: the repetition uses a new connection, which cannot be stale. */
  #wasStale(error: Error): boolean {
    return (
      this.#reused &&
      this.#firstByteMs === null &&
      isConnectionLoss(error) &&
      performance.now() - this.#sentAt <= STALE_WITHIN_MS
    );
  }

  #sendOnceMore(): void {
    this.#retried = true;
    this.#reused = false;
    this.#controller = undefined;
    this.link = undefined;
    this.#stage = 'queued';
    this.#pool?.dispatchAlone(this.#context.dispatch, this);
  }

  /** While the request has no connection or is not yet written, the link knows the stage. */
  #stageNow(): Stage {
    if (this.#stage !== 'queued') return this.#stage;
    const phase = this.link?.phase;
    return phase === 'tcp' || phase === 'tls' ? phase : 'queued';
  }

  #respond(draining: boolean, note: string | null = null): void {
    this.isAwaited = false;
    if (!draining) clearTimeout(this.#timer);
    this.#context.settle({
      kind: 'response',
      statusCode: this.#statusCode,
      headers: this.#headers,
      body: this.#body.bytes(),
      bodyTruncated: this.#body.truncated,
      note,
      url: this.#context.url,
      address: this.#pool?.address ?? '',
      timings: this.#timings(),
      retriedStaleConnection: this.#retried,
      resolvedAt: this.#resolvedAt,
    });
  }

  #noteCause({ code }: Pick<Classified, 'code'>): void {
    this.#causes.push({ stage: this.#stage, code, address: this.#pool?.address ?? null });
  }

  #fail(failure: Classified): void {
    this.isAwaited = false;
    clearTimeout(this.#timer);
    this.#noteCause(failure);
    const { errorClass, message } = failure;
    const address = errorClass === 'blocked_address' ? null : (this.#pool?.address ?? null);
    const timings = this.#timings();
    const retriedStaleConnection = this.#retried;
    const { url } = this.#context;
    this.#context.settle({
      kind: 'failure',
      errorClass,
      message,
      url,
      address,
      timings,
      retriedStaleConnection,
      resolvedAt: this.#resolvedAt,
      lookupBegunAt: this.#lookupBegunAt,
      causes: this.#causes,
    });
  }

  #timings(): EgressTimings {
    const opened = this.#reused ? undefined : this.link;
    return {
      dnsMs: this.#dnsMs,
      connectMs: opened?.connectMs ?? null,
      tlsMs: opened?.tlsMs ?? null,
      firstByteMs: this.#firstByteMs,
      totalMs: performance.now() - this.#startedAt,
    };
  }
}

const expire = (exchange: Exchange): void => exchange.expire();
