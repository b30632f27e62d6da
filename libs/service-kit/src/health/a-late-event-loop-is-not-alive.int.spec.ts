import { expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { EventLoopWatch } from './event-loop.ts';

test('an event loop that is late for long is not alive, and is again once it keeps up', async () => {
  // Later than a busy machine makes a process that does nothing.
  const watch = new EventLoopWatch({ limitMs: 150, windowMs: 300, badWindows: 2, lookMs: 20 });
  try {
    expect(watch.check()).toBe(true);
    const isLate = () => {
      const end = performance.now() + 500;
      while (performance.now() < end);
      return watch.check() !== true;
    };
    await waitFor(isLate, { what: 'the watch to see the late event loop' });
    expect(watch.check()).toMatch(/^the event loop was more than 150 ms late in \d+ windows$/);
    await waitFor(() => watch.check() === true, { what: 'the watch to see that it keeps up' });
  } finally {
    watch.stop();
  }
});
