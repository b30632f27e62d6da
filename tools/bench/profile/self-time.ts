import type { Profiler } from 'node:inspector';
import { ownerOf } from './owner-of-frame.policy.ts';

export type CpuProfile = Profiler.Profile;

/** What V8 calls the time in which the process waits for events. */
export const IDLE = '(idle)';

/**
 * Microseconds that each node of the call tree was at the top of the stack, by the node's id. A sample counts until the next one; the last
 * one until the end of the profile.
 */
export function selfMicros(profile: CpuProfile): ReadonlyMap<number, number> {
  const { nodes, samples = [], timeDeltas = [], startTime, endTime } = profile;
  const spent = new Map(nodes.map(({ id }) => [id, 0]));
  let at = startTime;
  samples.forEach((id, index) => {
    at += timeDeltas[index] ?? 0;
    const next = index + 1 < samples.length ? at + (timeDeltas[index + 1] ?? 0) : endTime;
    // V8 takes samples on another thread and may note two of them in the wrong order.
    spent.set(id, (spent.get(id) ?? 0) + Math.max(0, next - at));
  });
  return spent;
}

/** Self time of one npm package, of one folder of this repository, or of a part of Node and V8. */
export interface OwnerTime {
  readonly owner: string;
  readonly micros: number;
  /** Of the time in which the process was not idle, 0 to 1. */
  readonly share: number;
}

/** Where the time of a profile went. */
export interface ProfileTimes {
  readonly busyMicros: number;
  readonly idleMicros: number;
  /** The largest first. */
  readonly owners: readonly OwnerTime[];
}

/** @param root of this repository, without a slash at its end */
export function timesOf(profile: CpuProfile, root: string): ProfileTimes {
  const self = selfMicros(profile);
  const byOwner = new Map<string, number>();
  let [busyMicros, idleMicros] = [0, 0];
  for (const { id, callFrame } of profile.nodes) {
    const micros = self.get(id) ?? 0;
    if (callFrame.functionName === IDLE) {
      idleMicros += micros;
      continue;
    }
    busyMicros += micros;
    const owner = ownerOf(callFrame, root);
    byOwner.set(owner, (byOwner.get(owner) ?? 0) + micros);
  }
  const owners = [...byOwner]
    .filter(([, micros]) => micros > 0)
    .map(([owner, micros]) => ({ owner, micros, share: micros / busyMicros }))
    .toSorted((one, other) => other.micros - one.micros);
  return { busyMicros, idleMicros, owners };
}
