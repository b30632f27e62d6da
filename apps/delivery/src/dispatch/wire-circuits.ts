import { activeSinceOf, CircuitTakeOver } from '../circuit/circuit-take-over.ts';
import { CircuitRecords } from '../circuit/circuit.records.ts';
import { Circuits } from '../circuit/circuits.ts';
import { hostOf } from '../platform-fault/host-of.ts';
import { KnownHosts } from '../platform-fault/storage/known-hosts.ts';
import { PlatformFault } from '../platform-fault/platform-fault.ts';
import { PlatformFaultRecords } from '../platform-fault/storage/platform-fault.records.ts';
import type { Ownership } from '../partitions/ownership.ts';
import { slotsOfWebhook } from '../scheduler/limits/slots.ts';
import type { DispatchDependencies, DispatchSettings } from './dispatch.settings.ts';

/** What holds deliveries back: the circuits of single webhooks, and faults of the platform. */
export interface HoldingBack {
  readonly circuits: Circuits;
  readonly circuitRecords: CircuitRecords;
  readonly circuitTakeOver: CircuitTakeOver;
  readonly platform: PlatformFault;
  readonly faultRecords: PlatformFaultRecords;
  readonly knownHosts: KnownHosts;
}

export interface HoldingBackEvents {
  /** The webhook's circuit, or the present fault of the platform, lets a delivery through. */
  readonly passable: (webhookId: string) => void;
  readonly faultBegan: () => void;
  readonly faultEnded: () => void;
  readonly slotsGrew: () => void;
  /** Webhooks with deliveries that wait. */
  readonly waiting: () => Iterable<string>;
}

export const perWebhookOf = ({ perWebhookConcurrency, totalConcurrency }: DispatchSettings): number =>
  slotsOfWebhook(perWebhookConcurrency, totalConcurrency);

export function wireCircuits(
  on: DispatchDependencies,
  settings: DispatchSettings,
  ownership: Ownership,
  events: HoldingBackEvents,
): HoldingBack {
  const { database, clock, metrics, onError } = on;
  const { directory } = on.directory;
  const circuits = new Circuits(
    { failuresInRow: settings.circuitFailures, probeScheduleMs: settings.policy.scheduleMs },
    perWebhookOf(settings),
    clock,
    {
      passable: events.passable,
      changed: (_webhookId, _partition, to) => metrics.circuitChanged(to),
      noted: (webhookId, partition) => circuitRecords.note(webhookId, partition),
    },
    (webhookId) => activeSinceOf(directory, webhookId),
  );
  const circuitRecords = new CircuitRecords({
    database,
    read: (webhookId) => circuits.stored(webhookId),
    tenantOf: (webhookId) => directory.get(webhookId)?.tenantId,
    claim: (partition) => ownership.claim(partition),
    onError,
  });
  const circuitTakeOver = new CircuitTakeOver(circuits, circuitRecords, directory);
  const faultRecords = new PlatformFaultRecords({ database, clock, claims: () => ownership.all(), onError });
  const platform = wirePlatform(on, settings, faultRecords, events);
  const knownHosts = new KnownHosts(database, platform.memory, settings.platformFault.memoryMs, clock, onError);
  return { circuits, circuitRecords, circuitTakeOver, platform, faultRecords, knownHosts };
}

function wirePlatform(
  { clock, isTrustLoaded, canary, directory, metrics, onPlatformFault }: DispatchDependencies,
  { platformFault, totalConcurrency }: DispatchSettings,
  records: PlatformFaultRecords,
  { passable, faultBegan, faultEnded, slotsGrew, waiting }: HoldingBackEvents,
): PlatformFault {
  return new PlatformFault(
    { ...platformFault, totalConcurrency },
    {
      clock,
      isTrustLoaded,
      candidates: waiting,
      hostOf: (webhookId) => {
        const webhook = directory.directory.get(webhookId);
        return webhook && hostOf(webhook);
      },
      canary,
      listener: {
        began: (evidence) => {
          onPlatformFault(evidence);
          records.began(evidence);
          faultBegan();
        },
        ended: () => {
          onPlatformFault(null);
          records.ended();
          faultEnded();
        },
        grew: slotsGrew,
        mayProbe: passable,
        blamed: (evidence) => metrics.platformFailed(evidence),
      },
    },
  );
}
