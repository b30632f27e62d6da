/** Default time for which a migration tries to get its locks: longer than a statement or an idle transaction of a service may last. */
export const DEFAULT_MIGRATE_WAIT_MS = 120_000;
