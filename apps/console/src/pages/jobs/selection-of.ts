import type { DeliverySelection, DeliveryStatus, FailureGroup, JobAction } from '../../api/model.ts';
import { counted } from '../../format/text.ts';
import { EVER } from '../../format/time-filter.ts';
import type { TimeRange } from '../../format/time-filter.ts';

/** The filters of the list of deliveries; an empty text or undefined is a filter that is not set. */
export interface ListFilters {
  readonly status: DeliveryStatus | undefined;
  /** Undefined for an operator: deliveries of all tenants. */
  readonly tenantId: string | undefined;
  readonly webhookId: string;
  readonly eventType: string;
  readonly created: TimeRange;
  /** Names of the filters that are set, and by which a job cannot select. */
  readonly others: readonly string[];
}

/**
 * The deliveries that a list shows, for a job.
 *
 * @param now the end where the filters have none: the preview and the job must select the same
 */
export const selectionOfList = (
  filters: ListFilters & { readonly status: DeliveryStatus },
  now: Date,
): DeliverySelection => ({
  status: filters.status,
  // A selection must name a beginning.
  since: filters.created.after ?? EVER,
  until: filters.created.before ?? now.toISOString(),
  ...(filters.tenantId !== undefined && { tenantId: filters.tenantId }),
  ...(filters.webhookId !== '' && { webhookId: filters.webhookId }),
  ...(filters.eventType !== '' && { eventType: filters.eventType }),
});

/** Why no job can be started for what a list shows; undefined: it can. */
export function whyNoJob(action: 'retry' | 'delete', { status, others }: ListFilters): string | undefined {
  if (others.length > 0)
    return `A job cannot select by ${new Intl.ListFormat('en', { type: 'disjunction' }).format(others)}: clear this filter first.`;
  if (status === undefined)
    return action === 'retry' ? 'Filter by the status Failed first.' : 'Filter by a status first.';
  return action === 'retry' && status !== 'FAILED' ? 'Only failed deliveries can be retried together.' : undefined;
}

/** The deliveries of a group with this status, for a job. @param isOperator operators name the tenant */
export const selectionOfGroup = (
  { tenantId, webhookId, errorClass, firstCreatedAt, lastCreatedAt }: FailureGroup,
  status: 'FAILED' | 'RETRYING',
  isOperator: boolean,
): DeliverySelection => ({
  status,
  webhookId,
  errorClass,
  since: firstCreatedAt,
  // The end does not belong to the range, and times of the API are cut to the millisecond.
  until: new Date(Date.parse(lastCreatedAt) + 1).toISOString(),
  ...(isOperator && { tenantId }),
});

/** Deliveries that a job may be for, and their name where there is more than one choice. */
export interface SelectionChoice {
  readonly name: string;
  readonly selection: DeliverySelection;
}

/** The deliveries of a group that a job may retry or delete. Those that still wait are not retried: Signet does so by itself. */
export function choicesOf(group: FailureGroup, action: JobAction, isOperator: boolean): readonly SelectionChoice[] {
  const failed: SelectionChoice = {
    name: `${counted(group.failed, 'delivery', 'deliveries')} that failed`,
    selection: selectionOfGroup(group, 'FAILED', isOperator),
  };
  const waiting: SelectionChoice = {
    name: `${counted(group.waiting, 'delivery that waits', 'deliveries that wait')} to be tried again`,
    selection: selectionOfGroup(group, 'RETRYING', isOperator),
  };
  if (action === 'retry') return [failed];
  return [...(group.failed > 0 ? [failed] : []), ...(group.waiting > 0 ? [waiting] : [])];
}

/** Whether a selection has no beginning that a person chose. */
export const isSinceEver = ({ since }: { readonly since: string }): boolean => Date.parse(since) === Date.parse(EVER);
