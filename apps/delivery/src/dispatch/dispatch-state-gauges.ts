import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, SAMPLES } from '@signet/service-kit';
import type { Samples } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { DayPartitions } from '../database/day-partitions.ts';
import { sampleStoredWork, showDispatch } from '../metrics/dispatch-gauges.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { DispatchService } from './dispatch.service.ts';

/** Shows the state of dispatch, in memory and in PostgreSQL, from the start of the application. */
@Injectable()
export class DispatchStateGauges implements OnApplicationBootstrap {
  constructor(
    @Inject(DispatchService) private readonly service: DispatchService,
    @Inject(Registry) private readonly registry: Registry,
    @Inject(SAMPLES) private readonly samples: Samples,
    @Inject(WebhookDirectoryReader) private readonly webhooks: WebhookDirectoryReader,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DayPartitions) private readonly partitions: DayPartitions,
  ) {}

  onApplicationBootstrap(): void {
    const { service, clock } = this;
    const { scheduler, circuits, recorder, ownership, platform } = service;
    showDispatch(this.registry, {
      attemptsInFlight: () => scheduler.attemptsInFlight,
      tasksInMemory: () => scheduler.size,
      openCircuits: () => circuits.openCount(),
      isPlatformFault: () => platform.isFault,
      longestOpen: (limit) => circuits.longestOpen(limit),
      recorderBacklog: () => recorder.backlog,
      webhooks: () => this.webhooks.directory.size,
      unreadableWebhooks: () => this.webhooks.unreadableCount,
      ownedPartitions: () => ownership.all().map(({ partition }) => partition),
      keptDays: () => this.partitions.keptDays,
      now: clock,
    });
    sampleStoredWork(this.registry, this.samples, {
      overdueSeconds: () => service.overdueSeconds(),
      shelvedRequests: () => service.shelvedByCircuit(),
    });
  }
}
