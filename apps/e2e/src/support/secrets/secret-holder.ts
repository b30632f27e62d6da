import type { ReceivedRequest } from '@signet/testing';
import { waitFor } from '@signet/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import type { Api, Webhook } from '../api.ts';
import { forLibraries } from '../receivers/judges.ts';

/** A secret of a webhook, with the times of its life in milliseconds since the epoch. */
export interface LivedSecret {
  readonly secret: string;
  /** When the tenant got it. */
  readonly since: number;
  /** Until when it must sign. If a rotation ended it at once: the time of that request. */
  until: number;
  /** From when it must not sign. If a rotation ended it at once: the time of that answer. */
  goneAt: number;
}

export interface JudgedRequest extends ReceivedRequest {
  /** When the request was signed: some time in this second. */
  readonly signedAt: number;
  readonly accepted: boolean;
}

/**
 * A receiver with a webhook. It holds one secret at a time and refuses requests that this secret does not verify. It
 * may change over to each new secret at once, or keep the one it has.
 */
export class SecretHolder {
  readonly secrets: LivedSecret[] = [];
  readonly requests: JudgedRequest[] = [];
  webhook!: Webhook;
  private held!: StandardWebhook;

  constructor(
    readonly name: string,
    private readonly tenant: Api,
    private readonly changesAtOnce: boolean,
  ) {}

  get path(): string {
    return `/${this.name}`;
  }

  get newest(): LivedSecret {
    return this.secrets.at(-1) as LivedSecret;
  }

  async register(url: string, ownSecret?: string): Promise<void> {
    this.webhook = await this.tenant.register(url + this.path, {
      name: this.name,
      ...(ownSecret !== undefined && { secret: ownSecret }),
    });
    this.learn(this.webhook.secret);
    this.hold(this.newest.secret);
  }

  /** Resolves to the time at which the former secrets stop signing; null: at once. */
  async rotate(overlapHours: number, ownSecret?: string): Promise<string | null> {
    const askedAt = Date.now();
    const { secret, overlapUntil } = await this.tenant.call<{ secret: string; overlapUntil: string | null }>(
      'POST',
      `/v1/webhooks/${this.webhook.id}/secret/rotate`,
      { overlapHours, ...(ownSecret !== undefined && { secret: ownSecret }) },
    );
    const [until, goneAt] = overlapUntil === null ? [askedAt, Date.now()] : Array(2).fill(Date.parse(overlapUntil));
    for (const former of this.secrets) {
      former.until = Math.min(former.until, until);
      former.goneAt = Math.min(former.goneAt, goneAt);
    }
    this.learn(secret);
    if (this.changesAtOnce) this.hold(secret);
    return overlapUntil;
  }

  /** Changes over to a secret. */
  hold(secret: string): void {
    this.held = new StandardWebhook(forLibraries(secret));
  }

  /** Answers a delivery: 200 if the present secret verifies it. */
  judge(request: ReceivedRequest): { status: number } {
    const accepted = this.verifies(request);
    const signedAt = Number(request.headers['webhook-timestamp']) * 1_000;
    this.requests.push({ ...request, signedAt, accepted });
    return { status: accepted ? 200 : 401 };
  }

  /** Resolves when a request has come that was signed after this time and verifies. */
  async untilSignedAfter(time: number): Promise<JudgedRequest> {
    return waitFor(() => this.requests.findLast(({ signedAt, accepted }) => accepted && signedAt > time), {
      what: `a delivery to ${this.name} that is signed after ${new Date(time).toISOString()}`,
    });
  }

  private learn(secret: string): void {
    this.secrets.push({ secret, since: Date.now(), until: Number.POSITIVE_INFINITY, goneAt: Number.POSITIVE_INFINITY });
  }

  private verifies({ body, headers }: ReceivedRequest): boolean {
    try {
      this.held.verify(body.toString(), headers);
      return true;
    } catch {
      return false;
    }
  }
}

export const signaturesOf = ({ headers }: ReceivedRequest): number =>
  (headers['webhook-signature'] ?? '').split(' ').length;
