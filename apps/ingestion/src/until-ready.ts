import { setTimeout as wait } from 'node:timers/promises';
import type { HealthRegistry } from '@signet/service-kit';

const POLL_MS = 50;

/** A function that resolves as soon as a readiness check has once been good, and at once from then on. */
export function untilReady(health: HealthRegistry, name: string): () => Promise<void> {
  let ready: Promise<void> | undefined;
  const poll = async (): Promise<void> => {
    while ((await health.ready()).checks[name] !== 'ok') await wait(POLL_MS);
  };
  return () => (ready ??= poll());
}
