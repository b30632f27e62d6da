import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';
import { CircuitReader } from '../../circuit/http/circuit.reader.ts';
import { PlatformFaultReader } from '../../platform-fault/storage/platform-fault.reader.ts';
import { WebhookDirectoryReader } from '../../webhook-directory/webhook-directory.reader.ts';
import type { DeliveryRow } from '../storage/delivery.projection.ts';
import type { ViewContext } from './delivery.view.ts';

/** Looks up what the views of deliveries show besides their rows: the names of webhooks, and what holds deliveries back. */
@Injectable()
export class DeliveryViewContext {
  constructor(
    @Inject(WebhookDirectoryReader) private readonly webhooks: WebhookDirectoryReader,
    @Inject(CircuitReader) private readonly circuits: Pick<CircuitReader, 'probeTimes'>,
    @Inject(PlatformFaultReader) private readonly faults: Pick<PlatformFaultReader, 'heldPartitions'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Names from memory, circuits and faults of the platform with one statement each: a page of deliveries costs no query per row. */
  async of(rows: readonly DeliveryRow[]): Promise<ViewContext> {
    const open = rows.filter(({ status }) => status === 'PENDING' || status === 'RETRYING');
    const now = this.clock();
    const [probeTimes, heldPartitions] = await Promise.all([
      this.circuits.probeTimes([...new Set(open.map(({ webhookId }) => webhookId))]),
      open.length > 0 ? this.faults.heldPartitions(now) : new Map<number, string>(),
    ]);
    const nameOf = (webhookId: string): string | null => this.webhooks.directory.get(webhookId)?.name ?? null;
    return { nameOf, probeTimes, heldPartitions, now };
  }
}
