import type { Delivery } from '../../api/model.ts';
import { duration } from '../../format/time.ts';
import { Name } from '../../ui/display/name.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { DeliveryPill, HttpStatus, Tag } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { TENANT_COLUMN } from '../../ui/lists/tenant-column.tsx';
import styles from './delivery-list.module.css';

export const DELIVERY_COLUMNS = {
  event: {
    name: 'Event',
    narrow: 'head',
    cell: ({ eventType, isTest, isReplay }) => (
      <span className={styles['event']}>
        <code className="truncate">{eventType}</code>
        {isTest && <Tag>Test</Tag>}
        {isReplay && <Tag>Replay</Tag>}
      </span>
    ),
  },
  webhook: {
    name: 'Webhook',
    width: '22%',
    cell: ({ webhookName }) =>
      webhookName === null ? <em className="faint">Deleted</em> : <Name className="truncate">{webhookName}</Name>,
  },
  status: { name: 'Status', width: '112px', narrow: 'corner', cell: ({ status }) => <DeliveryPill status={status} /> },
  attempts: {
    name: 'Attempts',
    width: '88px',
    cell: ({ attemptCount, maxAttempts }) => (
      <span className="number">
        {attemptCount} <span className="faint">of {maxAttempts}</span>
      </span>
    ),
  },
  response: {
    name: 'Response',
    width: '138px',
    cell: ({ responseStatusCode, errorClass }) => <HttpStatus status={responseStatusCode} error={errorClass} />,
  },
  duration: {
    name: 'Duration',
    width: '92px',
    cell: ({ durationMs }) =>
      durationMs === null ? <span className="faint">–</span> : <span className="number">{duration(durationMs)}</span>,
  },
  created: { name: 'Created', width: '104px', cell: ({ createdAt }) => <Ago at={createdAt} /> },
} satisfies Record<string, Column<Delivery>>;

const { event, webhook, status, attempts, response, duration: time, created } = DELIVERY_COLUMNS;

/** With the tenant, there is less room for the others. */
export const COLUMNS_WITH_TENANT: readonly Column<Delivery>[] = [
  event,
  webhook,
  TENANT_COLUMN,
  status,
  { ...attempts, wide: 'very' },
  { ...response, wide: true },
  { ...time, wide: 'very' },
  created,
];
