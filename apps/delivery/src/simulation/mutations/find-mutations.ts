import type { Rule } from '../rules/rule-broken.ts';
import { simulate } from '../simulation.ts';
import type { RegistryRules } from '../world/registry-side.ts';
import type { Mutation } from './mutation.ts';
import { SCHEDULER_MUTATIONS } from './scheduler-mutations.ts';
import { STORAGE_MUTATIONS } from './storage-mutations.ts';

export const MUTATIONS: readonly Mutation[] = [...SCHEDULER_MUTATIONS, ...STORAGE_MUTATIONS];

export interface Found {
  readonly mutation: string;
  /** The first seed that shows the fault, and the rule that it breaks; null: none of them does. */
  readonly by: { readonly seed: number; readonly rule: Rule; readonly what: string } | null;
}

/** Runs the seeds 1 to `seeds` with the fault, until one of them shows it. */
export function findMutation({ name, apply }: Mutation, seeds: number, registry: RegistryRules): Found {
  const undo = apply();
  try {
    for (let seed = 1; seed <= seeds; seed++) {
      const { broken } = simulate(seed, registry);
      if (broken) return { mutation: name, by: { seed, ...broken } };
    }
    return { mutation: name, by: null };
  } finally {
    undo();
  }
}
