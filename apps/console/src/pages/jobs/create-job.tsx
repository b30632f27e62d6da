import { Radio, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf } from '../../api/client.ts';
import type { DeliveryJobPreview, JobAction } from '../../api/model.ts';
import { sentenceOf } from '../../api/problem.ts';
import { useRefresh } from '../../api/queries.ts';
import { useApi } from '../../app/session.tsx';
import { counted, number } from '../../format/text.ts';
import { useToasts } from '../../ui/feedback/toasts.tsx';
import { Confirm } from '../../ui/layout/confirm.tsx';
import { SelectionFacts } from './selection-facts.tsx';
import type { SelectionChoice } from './selection-of.ts';
import styles from './jobs.module.css';

interface CreateJobProps {
  readonly action: JobAction;
  /** At least one. They must stay as they are while the dialog is open: the user has chosen one of them. */
  readonly choices: readonly SelectionChoice[];
  readonly onClose: () => void;
}

const WORDS = {
  retry: {
    title: 'Retry many deliveries?',
    does: 'will be tried once more',
    action: 'Retry them',
    lead: 'They take their turn at a steady pace, and wait while the circuit of their webhook is open. Deliveries to a webhook that is disabled stay as they are.',
  },
  delete: {
    title: 'Delete many deliveries?',
    does: 'will be deleted',
    action: 'Delete them',
    lead: 'They are deleted with all their attempts, and one that waits is not sent any more. This cannot be undone.',
  },
} as const;

/** Shows how many deliveries a job is for, and starts it only after that. */
export function CreateJob({ action, choices, onClose }: CreateJobProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const [, go] = useLocation();
  const [chosen, setChosen] = useState(0);
  const { selection } = choices[chosen] ?? choices[0] ?? { selection: undefined };
  if (selection === undefined) throw new Error('There is nothing to choose from.');
  const body = { action, ...selection };
  const preview = useQuery({
    queryKey: ['/v1/deliveries', 'job preview', body],
    queryFn: async ({ signal }) =>
      // With `preview` the answer is the number of deliveries, and nothing is changed.
      (await answerOf(
        api.POST('/v1/deliveries/jobs', { params: { query: { preview: 'true' } }, body, signal }),
      )) as DeliveryJobPreview,
    retry: false,
  });
  const creation = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/deliveries/jobs', { body })),
    onSuccess: async () => {
      await refresh('/v1/deliveries/jobs', '/v1/deliveries', '/v1/failures');
      toasts.done('The job is running.');
      onClose();
      go('/jobs');
    },
  });
  const words = WORDS[action];
  const count = preview.data?.count;
  return (
    <Confirm
      title={words.title}
      action={words.action}
      danger={action === 'delete'}
      // A person who types the number has read it.
      {...(action === 'delete' && count !== undefined && count > 0 && { typed: String(count) })}
      mayConfirm={count !== undefined && count > 0}
      isBusy={creation.isPending}
      error={creation.error}
      onConfirm={() => creation.mutate()}
      onClose={onClose}
    >
      <Stack gap="md">
        <p>{words.lead}</p>
        {choices.length > 1 && (
          <Radio.Group label="Deliveries" value={String(chosen)} onChange={(value) => setChosen(Number(value))}>
            <Stack gap={9} mt={8}>
              {choices.map(({ name }, index) => (
                <Radio key={name} size="xs" value={String(index)} label={name} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <div className={styles['selection']}>
          <SelectionFacts selection={selection} />
        </div>
        <div className={styles['count']} role="status">
          {preview.error ? (
            sentenceOf(preview.error)
          ) : preview.data === undefined ? (
            'Counting …'
          ) : count === 0 ? (
            'There is no such delivery any more.'
          ) : (
            <>
              <strong>{sizeOf(preview.data)}</strong> {words.does}.
            </>
          )}
        </div>
      </Stack>
    </Confirm>
  );
}

const sizeOf = ({ count, isExact }: DeliveryJobPreview): string =>
  isExact ? counted(count, 'delivery', 'deliveries') : `More than ${number(count)} deliveries`;
