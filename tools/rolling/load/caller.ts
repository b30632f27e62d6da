import { Pool } from 'undici';
import { nowMicros } from '../../bench/clock.ts';
import { verdictOn } from './answer.policy.ts';
import type { Verdict } from './answer.policy.ts';

/** `events`: POST /v1/events. `reads`: of registry and delivery. `changes`: of webhooks; their answers wait until Kafka has the change. */
export type RequestKind = 'events' | 'reads' | 'changes';

/** A request as its client saw it. */
export interface RequestMade {
  readonly kind: RequestKind;
  /** When it should have been sent, microseconds (tools/bench/clock.ts). */
  readonly at: number;
  /** From then until its answer was there, milliseconds. */
  readonly ms: number;
  readonly verdict: Verdict;
  /** Method, path and answer, where it was not done. */
  readonly note: string | undefined;
}

export interface Request {
  readonly kind: RequestKind;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Connections are kept open. There are more than are ever needed at once: otherwise requests would wait for a free one here, and not in Signet. */
const CONNECTIONS = 512;
/** No request takes Signet so long: an answer that has not come by then counts as never coming. */
const PATIENCE_MS = 20_000;
const NOTE_LENGTH = 200;

/** Sends requests with one key and keeps the result of each. A request whose connection breaks is not repeated silently: it counts as broken. */
export class Caller {
  readonly requests: RequestMade[] = [];
  readonly #pool: Pool;
  readonly #authorization: string;

  constructor(url: string, key: string) {
    this.#pool = new Pool(url, { connections: CONNECTIONS });
    this.#authorization = `Bearer ${key}`;
  }

  /** @param at when it should have been sent */
  async call(request: Request, at = nowMicros()): Promise<Answer> {
    const { kind, method, path, body, contentType = 'application/json' } = request;
    const answer = await this.#pool
      .request({
        method,
        path,
        headers: { authorization: this.#authorization, ...(body === undefined ? {} : { 'content-type': contentType }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      .then(async ({ statusCode, headers, body }) => ({
        status: statusCode,
        retryAfter: headers['retry-after']?.toString(),
        text: await body.text(),
      }))
      .catch((error: Error) => ({ status: undefined, retryAfter: undefined, text: error.message }));
    const verdict = verdictOn(answer.status, answer.retryAfter);
    const note =
      verdict === 'done' ? undefined : `${method} ${path}: ${answer.status ?? ''} ${answer.text.slice(0, NOTE_LENGTH)}`;
    this.requests.push({ kind, at, ms: (nowMicros() - at) / 1_000, verdict, note });
    return answer;
  }

  close = (): Promise<void> => this.#pool.destroy();
}
