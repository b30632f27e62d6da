import { Button } from '@mantine/core';
import { useState } from 'react';
import { answerOf } from '../../api/client.ts';
import type { FailureGroup, JobAction } from '../../api/model.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { lazily } from '../../app/lazily.tsx';
import { number } from '../../format/text.ts';
import { rangeOf, withBeginning } from '../../format/time-filter.ts';
import { isolated, visible } from '../../format/visible.ts';
import { CheckIcon } from '../../ui/display/icons.tsx';
import { Name } from '../../ui/display/name.tsx';
import { Ago, At } from '../../ui/display/time.tsx';
import { Tip } from '../../ui/display/tip.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { errorName } from '../../ui/feedback/status.tsx';
import { ActionButton } from '../../ui/forms/action-button.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { Card } from '../../ui/layout/page.tsx';
import { FilterBar, TimeFilter, useFilters } from '../../ui/lists/filters.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { choicesOf } from '../jobs/selection-of.ts';
import type { SelectionChoice } from '../jobs/selection-of.ts';
import { WebhookFilter } from '../webhooks/webhook-filter.tsx';
import { NamedWebhookLink } from '../webhooks/webhook-link.tsx';
import styles from './failures.module.css';

const CreateJob = lazily(async () => (await import('../jobs/create-job.tsx')).CreateJob);

const DEFAULT_RANGE = '24h';

interface FailureGroupsProps {
  /** Show only failures of this webhook. */
  readonly webhookId?: string;
}

interface NewJob {
  readonly action: JobAction;
  /** Of the moment at which the dialog was opened: the numbers and times of a group change whenever the list is read again. */
  readonly choices: readonly SelectionChoice[];
}

/** The failures of a time range by webhook and error. Each group can be retried or deleted as a whole. */
export function FailureGroups({ webhookId }: FailureGroupsProps) {
  const api = useApi();
  const { isOperator } = useIdentity();
  const [job, setJob] = useState<NewJob | null>(null);
  const filters = useFilters(['webhook', 'created']);
  const { after, before } = withBeginning(rangeOf(filters.get('created') || DEFAULT_RANGE, new Date()));
  const query = {
    webhookId: webhookId ?? filters.get('webhook'),
    createdAfter: after,
    createdBefore: before,
  };
  const pages = usePages('/v1/failures', query, (asked, signal) =>
    answerOf(api.GET('/v1/failures', { params: { query: asked }, signal })),
  );
  const from = pages.answer?.countedFrom;
  const isCut = from !== undefined && after !== undefined && Date.parse(from) > Date.parse(after);
  const columns: readonly Column<FailureGroup>[] = [
    { name: 'Error', narrow: 'head', cell: (group) => <ErrorOf group={group} /> },
    ...(webhookId === undefined
      ? [
          {
            name: 'Webhook',
            width: '18%',
            cell: ({ webhookId: id, webhookName }: FailureGroup) => <NamedWebhookLink id={id} name={webhookName} />,
          },
        ]
      : []),
    { name: 'Failed', width: '84px', cell: ({ failed }) => <Count value={failed} /> },
    { name: 'Waiting', width: '96px', cell: (group) => <Waiting group={group} /> },
    { name: 'First', width: '108px', cell: ({ firstCreatedAt }) => <Ago at={firstCreatedAt} /> },
    { name: 'Last', width: '108px', cell: ({ lastCreatedAt }) => <Ago at={lastCreatedAt} /> },
    {
      name: '',
      width: '186px',
      align: 'end',
      cell: (group) => (
        <GroupActions
          group={group}
          onBegin={(action) => setJob({ action, choices: choicesOf(group, action, isOperator) })}
        />
      ),
    },
  ];
  return (
    <>
      <FilterBar filters={filters}>
        {webhookId === undefined && <WebhookFilter filters={filters} />}
        <TimeFilter filters={filters} field="created" name="Created" />
        {filters.get('created') === '' && <span className="soft">Of the last 24 hours</span>}
      </FilterBar>
      {isCut && (
        <Note tone="warn">
          More than 20,000 deliveries have failed in this time. Only the newest of them are counted: those from{' '}
          <At at={from} /> on.
        </Note>
      )}
      <Card>
        <PagedTable
          pages={pages}
          label="Failures"
          columns={columns}
          idOf={({ webhookId: id, errorClass }) => `${id} ${errorClass}`}
          hrefOf={({ sample }) => `/deliveries/${sample.id}`}
          empty={
            <Empty title="Nothing has failed in this time" icon={<CheckIcon size={20} />}>
              Choose a longer time to see earlier failures.
            </Empty>
          }
        />
      </Card>
      {job !== null && <CreateJob {...job} onClose={() => setJob(null)} />}
    </>
  );
}

/** The class of the error, with what the newest delivery of the group says. */
function ErrorOf({ group: { errorClass, sample } }: { readonly group: FailureGroup }) {
  return (
    <span className={styles['error']}>
      <strong>
        {errorName(errorClass)}
        {sample.responseStatusCode !== null && ` ${sample.responseStatusCode}`}
      </strong>
      {sample.errorMessage !== null && (
        <span className="truncate soft" title={visible(sample.errorMessage)}>
          <Name>{sample.errorMessage}</Name>
        </span>
      )}
    </span>
  );
}

const Count = ({ value }: { readonly value: number }) => (
  <span className={value === 0 ? 'number faint' : 'number'}>{number(value)}</span>
);

function Waiting({ group: { waiting, heldUntil } }: { readonly group: FailureGroup }) {
  if (heldUntil === null) return <Count value={waiting} />;
  return (
    <Tip label="Held back: the circuit is open">
      <span className={styles['held']}>
        <Count value={waiting} />
        <span className="soft">held back</span>
      </span>
    </Tip>
  );
}

interface GroupActionsProps {
  readonly group: FailureGroup;
  readonly onBegin: (action: JobAction) => void;
}

/** Retries or deletes a whole group. */
function GroupActions({ group, onBegin }: GroupActionsProps) {
  const { errorClass, webhookName } = group;
  const about = `${errorName(errorClass)}, ${webhookName === null ? 'deleted webhook' : isolated(webhookName)}`;
  return (
    <span className={styles['actions']}>
      <ActionButton
        size="compact-xs"
        why={whyNotRetried(group)}
        aria-label={`Retry … ${about}`}
        onClick={() => onBegin('retry')}
      >
        Retry …
      </ActionButton>
      <Button variant="default" size="compact-xs" aria-label={`Delete … ${about}`} onClick={() => onBegin('delete')}>
        Delete …
      </Button>
    </span>
  );
}

function whyNotRetried({ failed, webhookName }: FailureGroup): string | undefined {
  if (webhookName === null) return 'The webhook is deleted.';
  return failed === 0 ? 'None of them has ended: Signet tries them again by itself.' : undefined;
}
