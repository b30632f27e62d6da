import type { Migration } from '@mikro-orm/migrations';
import type { MigrationObject } from '@mikro-orm/core';

/**
 * When a migration runs:
 *
 * | phase | changes | runs |
 * |---|---|---|
 * | `expand` | adds parts that the version before ignores | before the version's roll-out, or at its start |
 * | `contract` | removes parts that even the version before no longer uses | by command, once every replica has the version |
 *
 * So a version's migrations, of either phase, never break the version before it, and an update can be taken back.
 */
export type Phase = 'expand' | 'contract';
export const PHASES = ['expand', 'contract'] as const satisfies readonly Phase[];

/** A migration says by itself of which phase it is: `static readonly phase = 'expand'`. */
export interface MigrationClass {
  new (...parameters: ConstructorParameters<typeof Migration>): Migration;
  readonly phase: Phase;
}

/** A class is known by its name, unless another one is given: the name is what the database remembers. */
export type ListedMigration = MigrationClass | (MigrationObject & { readonly class: MigrationClass });

export const nameOf = (migration: ListedMigration): string => migration.name;

export const phaseOf = (migration: ListedMigration): Phase =>
  'class' in migration ? migration.class.phase : migration.phase;

/** Names in the order in which they run. */
export const namesOf = (migrations: readonly ListedMigration[], phase: Phase): string[] =>
  migrations.filter((migration) => phaseOf(migration) === phase).map(nameOf);
