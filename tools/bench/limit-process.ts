import { BenchProcess } from './child.ts';
import type { LimitMeasured } from './limit.ts';
import { unlessStopped } from './stopping.ts';

const REQUESTS = 30_000;

/** Measures the limit in a process of its own. */
export async function measureLimit(receiverUrl: string): Promise<LimitMeasured> {
  const limit = new BenchProcess('limit.ts', [receiverUrl, String(REQUESTS)]);
  try {
    return await unlessStopped(limit.message<LimitMeasured>('limit'));
  } finally {
    await limit.stop();
  }
}
