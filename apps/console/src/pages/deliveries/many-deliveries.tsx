import { useState } from 'react';
import type { DeliverySelection, JobAction } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { ReplayIcon, TrashIcon } from '../../ui/display/icons.tsx';
import { ActionButton } from '../../ui/forms/action-button.tsx';
import { selectionOfList, whyNoJob } from '../jobs/selection-of.ts';
import type { ListFilters } from '../jobs/selection-of.ts';

const CreateJob = lazily(async () => (await import('../jobs/create-job.tsx')).CreateJob);

const ACTIONS = [
  ['retry', 'Retry all …', <ReplayIcon key="retry" size={13} />],
  ['delete', 'Delete all …', <TrashIcon key="delete" size={13} />],
] as const;

/** Retries or deletes all deliveries that match the filters of the list, on all of its pages. */
export function ManyDeliveries({ filters }: { readonly filters: ListFilters }) {
  const [job, setJob] = useState<{ readonly action: JobAction; readonly selection: DeliverySelection } | null>(null);
  const begin = (action: JobAction): void => {
    const { status } = filters;
    if (status !== undefined) setJob({ action, selection: selectionOfList({ ...filters, status }, new Date()) });
  };
  return (
    <>
      {ACTIONS.map(([action, name, icon]) => (
        <ActionButton
          key={action}
          size="xs"
          why={whyNoJob(action, filters)}
          leftSection={icon}
          onClick={() => begin(action)}
        >
          {name}
        </ActionButton>
      ))}
      {job !== null && (
        <CreateJob
          action={job.action}
          choices={[{ name: 'What the list shows', selection: job.selection }]}
          onClose={() => setJob(null)}
        />
      )}
    </>
  );
}
