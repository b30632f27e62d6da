import type { Clock } from '@signet/contracts';
import { EgressClient } from '@signet/egress';
import type { EgressClientOptions, EgressRules } from '@signet/egress';

/** A canary that takes longer counts as not reached, milliseconds: failures wait for its answer. */
const TIMEOUT_MS = 5_000;
/** Connections are not reused: an open connection would not show whether a new one can be opened. Milliseconds. */
const KEEP_ALIVE_MS = 1;

/**
 * Sends a request to a URL of the operator in the same way as deliveries, including the egress guard. An answer with any
 * status shows that name resolution, route and trust work for this one host. If no answer comes, the canary itself may also
 * be down.
 */
export class CanaryClient {
  private readonly client: EgressClient | undefined;

  /** @param resolve default: the machine's own resolver */
  constructor(
    private readonly url: string | undefined,
    rules: EgressRules,
    private readonly clock: Clock,
    resolve?: EgressClientOptions['resolve'],
  ) {
    const options = { rules, clock, keepAliveMs: KEEP_ALIVE_MS, ...(resolve && { resolve }) };
    this.client = url === undefined ? undefined : new EgressClient(options);
  }

  get isSet(): boolean {
    return this.client !== undefined;
  }

  async isReached(): Promise<boolean> {
    if (!this.client || this.url === undefined) return false;
    const startedAt = this.clock().getTime();
    const result = await this.client.post({
      url: this.url,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{}'),
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: 0,
    });
    // An address that was looked up before shows nothing about the resolver.
    const isLookedUp = result.resolvedAt === null || result.resolvedAt >= startedAt;
    return result.kind === 'response' && isLookedUp;
  }

  async close(): Promise<void> {
    await this.client?.close();
  }
}
