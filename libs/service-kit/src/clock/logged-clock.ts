import type { Logger } from '../logging/logger.ts';
import { SteadyClock } from './steady-clock.ts';

/** A steady clock that logs jumps of PostgreSQL's clock and suspensions of the machine. */
export const loggedClock = (logger: Logger): SteadyClock =>
  new SteadyClock({
    onJump: (jumpedMs) =>
      logger.warn(
        { seconds: Math.round(jumpedMs / 1_000) },
        'the clock of PostgreSQL has jumped; it is followed by 36 s an hour, or at once after a restart',
      ),
    onSuspension: (ms) =>
      logger.warn({ seconds: Math.round(ms / 1_000) }, 'this machine was suspended; its time goes on from now'),
  });
