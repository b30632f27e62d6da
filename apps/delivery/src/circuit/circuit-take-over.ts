import type { PartitionClaim } from '../partitions/ownership.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { isBeforeEnabling } from './circuit.policy.ts';
import type { CircuitRecords } from './circuit.records.ts';
import type { Circuits } from './circuits.ts';
import type { StoredCircuit } from './stored-circuit.ts';

/**
 * What becomes of the circuits of an earlier owner. An outage goes on as the same outage when the owner changes, but a circuit from before
 * the webhook was last enabled is forgotten: that happened while no replica served the webhook, or this replica has read only the last
 * of its changes.
 */
export class CircuitTakeOver {
  private isDirectoryComplete = false;

  constructor(
    private readonly circuits: Circuits,
    private readonly records: CircuitRecords,
    private readonly directory: Pick<WebhookDirectory, 'get'>,
  ) {}

  /** Reads the circuits that earlier owners of these partitions wrote down. It comes before the first POST. */
  async takeOver(claims: readonly PartitionClaim[]): Promise<void> {
    const stored = await this.records.adopt(claims);
    const outdated = stored.filter((circuit) => this.isOutdated(circuit));
    // Circuits that have counted attempts since the claim was taken: these counts were not written yet.
    const counted = claims.flatMap(({ partition }) => this.circuits.idsOf(partition).map((id) => ({ id, partition })));
    this.circuits.restore(stored.filter((circuit) => !outdated.includes(circuit)));
    for (const { id, partition } of counted) this.records.note(id, partition);
    for (const { webhookId, partition } of outdated) this.records.note(webhookId, partition);
  }

  /** The directory is complete: circuits that were taken over before that are judged now. */
  sweep(): void {
    this.isDirectoryComplete = true;
    for (const id of this.circuits.ids()) {
      const isActive = this.directory.get(id)?.isActive ?? false;
      if (!isActive || this.isBeforeEnabling(id)) this.circuits.reset(id);
      else this.circuits.belongsToPresent(id);
    }
  }

  /** Whether the webhook's circuit is from before the webhook was last enabled. */
  isBeforeEnabling(webhookId: string): boolean {
    return this.isOutdated(this.circuits.stored(webhookId));
  }

  private isOutdated(circuit: StoredCircuit | null): boolean {
    // Until the directory is completely read it may have an older enabling than the circuit: then the sweep judges.
    const activeSince = circuit && this.isDirectoryComplete ? activeSinceOf(this.directory, circuit.webhookId) : null;
    return circuit !== null && activeSince !== null && isBeforeEnabling(activeSince, circuit);
  }
}

/** The webhook's present `activeSince`, milliseconds since the epoch; null: not known. */
export function activeSinceOf(directory: Pick<WebhookDirectory, 'get'>, webhookId: string): number | null {
  const activeSince = directory.get(webhookId)?.activeSince;
  return activeSince ? Date.parse(activeSince) : null;
}
