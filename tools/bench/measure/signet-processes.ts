import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { commandOf, hasProc, listenersOn, parentsOfAll, statOf } from './proc.ts';

/** A part of the system as the figures name it, by the process at its root. */
export interface Part {
  readonly name: PartName;
  readonly rootPid: number;
  /** Whether the processes below the root are part of it (PostgreSQL forks one for each connection). */
  readonly withChildren: boolean;
}

export const PARTS = ['registry', 'ingestion', 'delivery', 'gateway', 'supervisor', 'postgres', 'kafka'] as const;
export type PartName = (typeof PARTS)[number];

const LAUNCHER = 'tools/dev/start.ts';

/**
 * The processes of a running Signet: the services by the ids that local.json tells, the rest by the ports they listen
 * on. What runs on another machine, or cannot be seen, is left out.
 */
export function findParts(local: LocalFile): Part[] {
  if (!hasProc) return [];
  const { registry, ingestion, delivery } = local.services;
  const parts: Part[] = [];
  const add = (name: PartName, rootPid: number | undefined, withChildren = false): void => {
    if (rootPid !== undefined) parts.push({ name, rootPid, withChildren });
  };
  add('registry', registry.pid);
  add('ingestion', ingestion.pid);
  add('delivery', delivery.pid);
  add('gateway', rootListener(local.url));
  const launcher = statOf(registry.pid)?.parentPid;
  add('supervisor', launcher !== undefined && commandOf(launcher).includes(LAUNCHER) ? launcher : undefined);
  add('postgres', rootListener(local.databaseUrl), true);
  add('kafka', rootListener(`kafka://${local.kafkaBrokers.split(',')[0]}`));
  return parts.filter(({ rootPid }, index) => parts.findIndex((part) => part.rootPid === rootPid) === index);
}

/** The processes of a part as they are now. */
export function pidsOf(part: Pick<Part, 'rootPid' | 'withChildren'>, parents = parentsOfAll()): number[] {
  if (!part.withChildren) return [part.rootPid];
  const family = [part.rootPid];
  for (const pid of family) {
    for (const [child, parent] of parents) if (parent === pid) family.push(child);
  }
  return family;
}

/** Of the processes that hold the listening socket of this URL, the one that is no child of another. */
function rootListener(url: string): number | undefined {
  const { hostname, port } = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return undefined;
  const listeners = listenersOn(Number(port));
  return listeners.find((pid) => !listeners.includes(statOf(pid)?.parentPid ?? 0));
}
