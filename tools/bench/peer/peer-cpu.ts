import { parentsOfAll, statOf } from '../measure/proc.ts';
import { pidsOf } from '../measure/signet-processes.ts';

/** CPU seconds of these processes and of all that they have started, those that have ended too; each process once. */
export function cpuSecondsOf(rootPids: readonly number[]): number {
  const parents = parentsOfAll();
  const all = new Set(rootPids.flatMap((rootPid) => pidsOf({ rootPid, withChildren: true }, parents)));
  return [...all].reduce((sum, pid) => {
    const stat = statOf(pid);
    return sum + (stat?.cpuSeconds ?? 0) + (stat?.endedChildrenCpuSeconds ?? 0);
  }, 0);
}
