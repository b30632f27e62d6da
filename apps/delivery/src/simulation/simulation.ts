import { checkEnd, hasAllEnded } from './rules/end-rules.ts';
import { RuleBroken } from './rules/rule-broken.ts';
import type { Rule } from './rules/rule-broken.ts';
import { BEGINNING } from './time/virtual-clock.ts';
import { END_MS, TROUBLE_MS } from './world/plan.ts';
import { People } from './actors/people.ts';
import { Producers } from './actors/producers.ts';
import type { RegistryRules } from './world/registry-side.ts';
import { Troublemaker } from './actors/troublemaker.ts';
import { SimulatedWorld } from './simulated-world.ts';
import type { World } from './world/world.ts';

export interface Run {
  readonly seed: number;
  /** The rule that was broken; null: none. */
  readonly broken: { readonly rule: Rule; readonly what: string } | null;
  /** Empty unless it was asked for. */
  readonly story: readonly string[];
  readonly posts: number;
}

/** After all deliveries have ended, everything under way comes to its end within this time, milliseconds. */
const QUIET_MS = 2_500;
const LOOK_MS = 1_000;

/** Runs the world of a seed until everything has ended, or a rule is broken. */
export function simulate(seed: number, registry: RegistryRules, isStoryKept = false): Run {
  const world = new SimulatedWorld(seed, registry, isStoryKept);
  let broken: Run['broken'] = null;
  try {
    run(world);
  } catch (error) {
    const rule = error instanceof RuleBroken ? error.rule : 'no error is thrown';
    const what = error instanceof RuleBroken ? error.message : String(error instanceof Error ? error.stack : error);
    broken = { rule, what };
    world.story.tell(() => `BROKEN: ${what}`);
  }
  let posts = 0;
  for (const made of world.posts.values()) posts += made.length;
  return { seed, broken, story: world.story.lines, posts };
}

function run(world: World): void {
  for (let n = 0; n < world.plan.replicas; n++) world.startReplica();
  const producers = new Producers(world);
  producers.start();
  new Troublemaker(world).start();
  if (world.plan.faults.people) new People(world, producers).start();
  const { clock } = world;
  const runTo = (time: number): void => {
    while (clock.step(time));
  };
  runTo(BEGINNING + TROUBLE_MS);
  let looks = BEGINNING + TROUBLE_MS;
  while (looks < BEGINNING + END_MS && !(hasAllEnded(world) && areAllAwake(world))) runTo((looks += LOOK_MS));
  runTo(looks + QUIET_MS);
  checkEnd(world);
}

const areAllAwake = ({ replicas, clock }: World): boolean =>
  [...replicas.values()].every(({ host }) => host.pausedUntil <= clock.now);
