/** The stream is not at the version that the writer knew: another writer appended in between. Nothing was appended. */
export class VersionConflictError extends Error {
  readonly code = 'version_conflict';

  constructor(
    readonly streamId: string,
    readonly expectedVersion: number,
    readonly actualVersion: number,
  ) {
    super(`Stream "${streamId}" is at version ${actualVersion}, not ${expectedVersion}.`);
    this.name = 'VersionConflictError';
  }
}
