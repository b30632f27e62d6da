/** How long a migration tries to get its locks where no setting says so: longer than any statement and rest of a service may be. */
export const DEFAULT_MIGRATE_WAIT_MS = 120_000;
