import { ownerOf } from './owner-of-frame.policy.ts';
import type { CpuProfile } from './self-time.ts';
import { IDLE, selfMicros } from './self-time.ts';

/** One rectangle of a flame graph. */
export interface FlameFrame {
  readonly id: number;
  /** null: the root. */
  readonly parent: number | null;
  readonly name: string;
  readonly owner: string;
  /** Milliseconds in the function itself. Its width is this and the width of all below it. */
  readonly self: number;
}

/** Narrower frames are less than a pixel or two wide: their time goes to their caller. */
const SMALLEST_SHARE = 0.001;

/** The call tree without idleness and without frames that are too narrow to be seen, callers first. */
export function framesOf(profile: CpuProfile, root: string): readonly FlameFrame[] {
  const self = selfMicros(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const totals = new Map<number, number>();
  const totalOf = (id: number): number => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === IDLE) return 0;
    const known = totals.get(id);
    if (known !== undefined) return known;
    const below = (node.children ?? []).reduce((sum, child) => sum + totalOf(child), 0);
    const total = below + (self.get(id) ?? 0);
    totals.set(id, total);
    return total;
  };
  const [first] = profile.nodes;
  if (first === undefined) return [];
  const smallest = totalOf(first.id) * SMALLEST_SHARE;
  const frames: FlameFrame[] = [];
  const visit = (id: number, parent: number | null): void => {
    const node = nodes.get(id)!;
    const shown = (node.children ?? []).filter((child) => totalOf(child) > smallest);
    const micros = totalOf(id) - shown.reduce((sum, child) => sum + totalOf(child), 0);
    const owner = ownerOf(node.callFrame, root);
    const name = node.callFrame.functionName || '(anonymous)';
    frames.push({ id, parent, name, owner, self: micros / 1_000 });
    for (const child of shown) visit(child, id);
  };
  visit(first.id, null);
  return frames;
}
