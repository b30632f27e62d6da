// Tells its owner when the next tick is due. A thread of its own, because a blocking wait is exact to about 0.1 ms and
// costs nothing, where the event loop's timers are exact to a millisecond and a loop that looks at the clock eats a core.
import { parentPort, workerData } from 'node:worker_threads';
import { nowMicros } from '../clock.ts';

const { startAt, everyMicros, ticks } = workerData as { startAt: number; everyMicros: number; ticks: number };
const never = new Int32Array(new SharedArrayBuffer(4));
for (let tick = 0; tick < ticks; tick++) {
  const waitMicros = startAt + tick * everyMicros - nowMicros();
  if (waitMicros > 0) Atomics.wait(never, 0, 0, waitMicros / 1_000);
  parentPort?.postMessage(tick);
}
