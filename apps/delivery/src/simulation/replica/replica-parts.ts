import type { AbandonReason } from '@signet/contracts';
import type { Circuits } from '../../circuit/circuits.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { WebhookDirectory } from '../../webhook-directory/webhook-directory.ts';
import type { Host } from '../world/host.ts';
import type { World } from '../world/world.ts';
import type { Claims } from './claims.ts';
import type { DatabaseLink } from './database-link.ts';
import type { Recording } from './recording.ts';
import type { SimulatedPlatform } from './simulated-platform.ts';
import type { SimulatedWorker } from './worker.ts';

/** The parts of a replica, as they see one another. */
export interface ReplicaParts {
  readonly world: World;
  readonly host: Host;
  readonly link: DatabaseLink;
  readonly claims: Claims;
  readonly directory: WebhookDirectory;
  readonly circuits: Circuits;
  readonly platform: SimulatedPlatform;
  readonly recording: Recording;
  readonly worker: SimulatedWorker;
  readonly scheduler: Scheduler;
  readonly due: { wake(): void };
  readonly backlog: { readTo(partition: number, offset: bigint): void };
  readonly notes: { flush(): void; isOutdated(circuit: StoredCircuit | null): boolean };
  readonly memberId: string;
  readonly isServing: boolean;
  readonly reasonToEnd: (webhookId: string) => AbandonReason | null;
  /** Claims of the partitions that the replica may serve now. */
  servedClaims(): PartitionClaim[];
  /** When a lease ends that begins now, milliseconds since the epoch. */
  leaseEnd(): number;
  activeSinceOf(webhookId: string): number | null;
}
