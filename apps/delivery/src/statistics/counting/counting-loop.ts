import { PollLoop } from '@signet/service-kit';
import type { Clock } from '@signet/contracts';
import type { StatisticsCounter } from './statistics-counter.ts';

/** How often the loop looks whether its rest is over, milliseconds; this asks nothing of PostgreSQL. */
const LOOK_MS = 250;
/** How long the loop rests while another replica counts, and after a failure, milliseconds. */
const PAUSE_MS = 5_000;
/** An old hour may have more deliveries than a statement can count in its time: after a failure only changes are counted for so long. */
const WITHOUT_FILLING_MS = 3_600_000;

/** Counts again and again, with a rest after each round that is the same for all replicas. */
export class CountingLoop {
  private readonly loop: PollLoop;
  private restUntil = 0;
  private fillsFrom = 0;

  constructor(
    private readonly counter: Pick<StatisticsCounter, 'round'>,
    private readonly clock: Clock,
    onError: (error: unknown) => void,
  ) {
    this.loop = new PollLoop(() => this.look(), LOOK_MS, onError);
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async look(): Promise<boolean> {
    const now = this.clock().getTime();
    if (now < this.restUntil) return false;
    this.restUntil = now + PAUSE_MS;
    const fills = now >= this.fillsFrom;
    if (fills) this.fillsFrom = now + WITHOUT_FILLING_MS;
    const round = await this.counter.round(fills);
    if (fills) this.fillsFrom = 0;
    if (round) this.restUntil = round.restUntil;
    return false;
  }
}
