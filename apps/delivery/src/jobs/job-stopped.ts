/** The job was cancelled, or another replica carries it out now: this replica stops, and there is nothing to report. */
export class JobStopped extends Error {}

/** Stops the job here unless the write, see `JobTable.change`, has succeeded. */
export function insist(isOurs: boolean): void {
  if (!isOurs) throw new JobStopped();
}
