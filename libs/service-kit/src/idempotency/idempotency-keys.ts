import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import { BrokenSealError, UnknownSealingKeyError } from '@signet/signature';
import { problem } from '../problem/problem.ts';
import type {
  Begun,
  IdempotencyClaim,
  IdempotencyStore,
  IdempotentRequest,
  StoredAnswer,
} from './idempotency-store.ts';
import type { Claim, KnownRequest } from './idempotency.statements.ts';
import { commitUnder, dropClaim, knownRequest, storeAnswer, takeClaim } from './idempotency.statements.ts';

const HOUR_MS = 60 * 60 * 1000;
const KEPT_MS = 24 * HOUR_MS;
/** Far longer than any request takes. If the process of a claim dies, the claim is free after this time. */
const LEASE_MS = 60_000;

/** Binds a sealed answer to its request: a copy of it under another request does not open. */
export const answerContext = (scope: string): string => `idempotency-answer:${scope}`;

/**
 * Requests under an Idempotency-Key, in PostgreSQL. The transaction that carries a request out records that under its claim. So
 * a repetition after a crash is carried out if, and only if, the first request was not.
 */
export class IdempotencyKeys implements IdempotencyStore {
  readonly #current = new AsyncLocalStorage<Claim>();

  constructor(
    private readonly em: EntityManager,
    private readonly sealing: SealingKeys,
    private readonly clock: Clock,
  ) {}

  async begin(request: IdempotentRequest): Promise<Begun> {
    for (;;) {
      const now = this.clock();
      const claim: Claim = { scope: request.scope, token: randomUUID() };
      const after = (ms: number): Date => new Date(now.getTime() + ms);
      const times = { now, leaseUntil: after(LEASE_MS), expiresAt: after(KEPT_MS) };
      if (await takeClaim(this.em, { ...request, ...claim, ...times })) {
        return { kind: 'begun', claim: this.claim(claim) };
      }
      const known = await knownRequest(this.em, request.scope, now);
      // The claim disappeared in between: its request failed and dropped it. Try again.
      if (known !== undefined) return this.judge(request, known);
    }
  }

  /**
   * To be called in each transaction that changes something. For a request with a key, the transaction then also records that
   * the request was carried out. Throws if the claim went to a repetition meanwhile.
   */
  async noteIn(em: EntityManager): Promise<void> {
    const claim = this.#current.getStore();
    if (claim === undefined || (await commitUnder(em, claim))) return;
    throw problem(409, 'idempotency_key_under_way', 'This took so long that a repetition of it was begun.');
  }

  private claim(claim: Claim): IdempotencyClaim {
    return {
      run: (work) => this.#current.run(claim, work),
      answered: (answer) => storeAnswer(this.em, claim, this.seal(claim.scope, answer)),
      failed: () => dropClaim(this.em, claim, this.clock()),
    };
  }

  private judge({ scope, fingerprint }: IdempotentRequest, known: KnownRequest): Begun {
    if (known.fingerprint !== fingerprint) return { kind: 'reused' };
    if (known.sealedAnswer !== null) return this.open(scope, known.sealedAnswer);
    // While the lease lasts, its holder may still be about to answer.
    return { kind: known.isCommitted && known.isLeaseOver ? 'answer_lost' : 'under_way' };
  }

  private seal(scope: string, answer: StoredAnswer): string {
    return this.sealing.seal(JSON.stringify(answer), answerContext(scope));
  }

  private open(scope: string, sealed: string): Begun {
    try {
      return { kind: 'answered', answer: JSON.parse(this.sealing.open(sealed, answerContext(scope))) as StoredAnswer };
    } catch (error) {
      // The sealing key of the answer was removed within the day. To carry the request out again would be worse than no answer.
      if (error instanceof UnknownSealingKeyError || error instanceof BrokenSealError) return { kind: 'answer_lost' };
      throw error;
    }
  }
}
