import { Option } from 'commander';
import type { Command } from 'commander';
import type { Delivery } from '../api/openapi.gen.ts';

/** The filters that list and tail have in common. */
export interface DeliveryFilterOptions {
  readonly webhook?: string;
  readonly status?: Delivery['status'];
  readonly eventType?: string;
}

const STATUSES: readonly Delivery['status'][] = ['PENDING', 'RETRYING', 'SUCCESS', 'FAILED'];

export const withDeliveryFilters = (command: Command): Command =>
  command
    .option('--webhook <id>', 'only to this webhook')
    .addOption(new Option('--status <status>', 'only in this state').choices(STATUSES))
    .option('--event-type <type>', 'only of this event type');
