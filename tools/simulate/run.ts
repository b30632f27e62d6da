// `npm run simulate`: delivery in a simulated world, thousands of times. See apps/delivery/README.md.
import { findMutation, MUTATIONS } from '../../apps/delivery/dist/simulation/mutations/find-mutations.js';
import { simulate } from '../../apps/delivery/dist/simulation/simulation.js';
import type { RegistryRules } from '../../apps/delivery/dist/simulation/world/registry-side.js';
import { webhookDecider } from '../../apps/registry/dist/webhook/domain/webhook.decider.js';
import { readArguments, USAGE, UsageError } from './arguments.ts';

const SHOWN_AT_MOST = 20;
const registry = webhookDecider as unknown as RegistryRules;

/** @returns whether the world keeps all rules */
function tellStory(seed: number): boolean {
  const { story, broken } = simulate(seed, registry, true);
  for (const line of story) console.log(line);
  console.log(broken ? `\nSeed ${seed} breaks a rule. ${broken.what}` : `\nSeed ${seed} keeps all rules.`);
  return broken === null;
}

function runSeeds(seeds: number): boolean {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let broken = 0;
  let posts = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const run = simulate(seed, registry);
    posts += run.posts;
    if (!run.broken) continue;
    broken += 1;
    if (broken <= SHOWN_AT_MOST) console.log(`seed ${seed}: ${run.broken.what}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begin) / 1_000;
  console.log(
    `${seeds} seeds with ${posts} POSTs in ${seconds.toFixed(1)} s: ${Math.round((seeds / seconds) * 60)} a minute`,
  );
  console.log(`${Math.round((seeds / (user + system)) * 60e6)} seeds a minute of processor time`);
  console.log(
    broken === 0 ? 'All rules are kept.' : `${broken} break a rule. npm run simulate -- --seed N tells the story.`,
  );
  return broken === 0;
}

function findMutations(seeds: number): boolean {
  let missed = 0;
  console.log('| fault that was built in | found by seed | rule |\n|---|---|---|');
  for (const mutation of MUTATIONS) {
    const { by } = findMutation(mutation, seeds, registry);
    if (!by) missed += 1;
    console.log(`| ${mutation.name} | ${by?.seed ?? 'NOT FOUND'} | ${by?.rule ?? ''} |`);
  }
  console.log(`\n${MUTATIONS.length - missed} of ${MUTATIONS.length} were found within ${seeds} seeds.`);
  return missed === 0;
}

try {
  const { seeds, seed, mutations } = readArguments(process.argv.slice(2));
  const isGood = seed !== undefined ? tellStory(seed) : mutations ? findMutations(seeds) : runSeeds(seeds);
  process.exitCode = isGood ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
