import { isBeforeEnabling } from '../../circuit/circuit.policy.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { ReplicaParts } from './replica-parts.ts';

const LINGER_MS = 50;
const AGAIN_MS = 5_000;

/** Stores the circuits that have changed, and takes those of earlier owners over: the rules of `CircuitRecords`. */
export class CircuitNotes {
  private readonly changed = new Map<string, number>();
  private readonly adopted = new Map<number, PartitionClaim>();
  private isWriting = false;

  constructor(private readonly replica: ReplicaParts) {}

  note(webhookId: string, partition: number): void {
    this.changed.set(webhookId, partition);
    this.schedule(LINGER_MS);
  }

  adopt(partitions: readonly number[], done: () => void, failed: () => void): void {
    const { claims, circuits, world, link } = this.replica;
    const taken = claims
      .all()
      .filter((claim) => partitions.includes(claim.partition) && !claim.isTakenOver)
      .filter((claim) => this.adopted.get(claim.partition) !== claim);
    const read = (): StoredCircuit[] =>
      [...world.database.circuits.values()].filter(({ partition }) =>
        taken.some((claim) => claim.partition === partition && world.database.owns(claim)),
      );
    const restore = (stored: readonly StoredCircuit[]): void => {
      for (const claim of taken) this.adopted.set(claim.partition, claim);
      const counted = taken.flatMap(({ partition }) => circuits.idsOf(partition).map((id) => ({ id, partition })));
      const present = stored.filter((circuit) => !this.isOutdated(circuit));
      circuits.restore(present);
      for (const circuit of present) world.rules.circuitRestored(this.replica.host.name, circuit);
      for (const { id, partition } of counted) this.note(id, partition);
      for (const circuit of stored) if (!present.includes(circuit)) this.note(circuit.webhookId, circuit.partition);
      done();
    };
    link.ask('take over circuits', read, restore, failed);
  }

  isOutdated(circuit: StoredCircuit | null): boolean {
    const activeSince = circuit && this.replica.activeSinceOf(circuit.webhookId);
    return circuit !== null && activeSince !== null && isBeforeEnabling(activeSince, circuit);
  }

  forget(partitions: readonly number[]): void {
    for (const partition of partitions) this.adopted.delete(partition);
    for (const [webhookId, partition] of this.changed)
      if (partitions.includes(partition)) this.changed.delete(webhookId);
  }

  flush(): void {
    this.write();
  }

  private schedule(ms: number): void {
    this.replica.host.after(ms, () => this.write());
  }

  private write(): void {
    if (this.isWriting || this.changed.size === 0) return;
    const { claims, circuits, world, link } = this.replica;
    const batch = [...this.changed];
    this.changed.clear();
    const rows = batch.flatMap(([webhookId, partition]) => {
      const claim = claims.claim(partition);
      if (!claim || this.adopted.get(partition) !== claim) return [];
      return [{ webhookId, claim, circuit: circuits.stored(webhookId) }];
    });
    const carryOut = (): void => {
      for (const { webhookId, claim, circuit } of rows) world.database.writeCircuit(webhookId, circuit, claim);
    };
    this.isWriting = true;
    link.ask(
      'write circuits',
      carryOut,
      () => this.wrote(LINGER_MS),
      () => {
        for (const [webhookId, partition] of batch) if (claims.claim(partition)) this.changed.set(webhookId, partition);
        this.wrote(AGAIN_MS);
      },
    );
  }

  private wrote(againMs: number): void {
    this.isWriting = false;
    if (this.changed.size > 0) this.schedule(againMs);
  }
}
