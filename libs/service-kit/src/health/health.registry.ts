import { withTimeout } from '@signet/async';

/** A part is missing, but the service works without it: the check is healthy, and the report names the part. */
export interface Tolerated {
  readonly tolerated: string;
}
export const tolerated = (sentence: string): Tolerated => ({ tolerated: sentence });

/** true or undefined: healthy. false: not healthy. A string: not healthy, for this reason. An error counts as its message. */
export type HealthAnswer = boolean | string | Tolerated | void;
export type HealthCheck = () => HealthAnswer | Promise<HealthAnswer>;

export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  /** For each check `ok`, or a sentence that says why not. A tolerated check has a sentence, too, but does not change the status. */
  readonly checks: Readonly<Record<string, string>>;
}

interface Answer {
  readonly isHealthy: boolean;
  readonly sentence: string;
}
const unhealthy = (sentence: string): Answer => ({ isHealthy: false, sentence });

const CHECK_TIMEOUT_MS = 2_000;

/**
 * The checks behind /livez and /readyz. Liveness is for faults that only a new process cures: the event loop, the watchdogs of
 * consumers. Readiness is for parts without which the service cannot serve: database, migrations, joined groups, complete
 * directories.
 */
export class HealthRegistry {
  private readonly liveness = new Map<string, HealthCheck>();
  private readonly readiness = new Map<string, HealthCheck>();

  constructor(private readonly timeoutMs = CHECK_TIMEOUT_MS) {}

  /** A second check of the same name takes the place of the first. */
  addLiveness(name: string, check: HealthCheck): void {
    this.liveness.set(name, check);
  }

  /** A second check of the same name takes the place of the first. */
  addReadiness(name: string, check: HealthCheck): void {
    this.readiness.set(name, check);
  }

  live(): Promise<HealthReport> {
    return this.ask(this.liveness);
  }

  ready(): Promise<HealthReport> {
    return this.ask(this.readiness);
  }

  private async ask(checks: ReadonlyMap<string, HealthCheck>): Promise<HealthReport> {
    const answers = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await this.answer(check)] as const),
    );
    const isHealthy = answers.every(([, { isHealthy }]) => isHealthy);
    const sentences = Object.fromEntries(answers.map(([name, { sentence }]) => [name, sentence]));
    return { status: isHealthy ? 'ok' : 'unavailable', checks: sentences };
  }

  private async answer(check: HealthCheck): Promise<Answer> {
    const late = (): Error => new Error(`no answer within ${this.timeoutMs} ms`);
    try {
      const answer = await withTimeout(Promise.resolve().then(check), this.timeoutMs, late);
      if (answer === false) return unhealthy('unavailable');
      if (typeof answer === 'string') return unhealthy(answer);
      return { isHealthy: true, sentence: typeof answer === 'object' ? answer.tolerated : 'ok' };
    } catch (error) {
      return unhealthy(error instanceof Error ? error.message : String(error));
    }
  }
}
