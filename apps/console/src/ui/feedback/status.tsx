import type { ReactNode } from 'react';
import type { DeliveryStatus, ErrorClass, Replay, Tenant, Webhook } from '../../api/model.ts';
import { HEALTH_NAMES, healthOf } from '../../state/health.ts';
import type { KnownCircuit, WebhookHealth } from '../../state/health.ts';
import { reasonPhrase } from '../../format/text.ts';
import styles from './status.module.css';
import { Tip } from '../display/tip.tsx';

export type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'accent';

/** A word with a coloured dot. The word alone is enough; the colour only helps. */
export function Pill({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={styles['pill']} data-tone={tone}>
      <span className={styles['dot']} />
      {children}
    </span>
  );
}

/** A small word beside a name. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return <span className={styles['tag']}>{children}</span>;
}

const DELIVERY: Readonly<Record<DeliveryStatus, readonly [Tone, string]>> = {
  PENDING: ['calm', 'Pending'],
  RETRYING: ['warn', 'Retrying'],
  SUCCESS: ['good', 'Delivered'],
  FAILED: ['bad', 'Failed'],
};
export const DELIVERY_STATUSES = Object.keys(DELIVERY) as DeliveryStatus[];
export const deliveryStatusName = (status: DeliveryStatus): string => DELIVERY[status][1];

export function DeliveryPill({ status }: { readonly status: DeliveryStatus }) {
  const [tone, name] = DELIVERY[status];
  return <Pill tone={tone}>{name}</Pill>;
}

const HEALTH_TONES: Readonly<Record<WebhookHealth, Tone>> = {
  active: 'good',
  failing: 'warn',
  held_back: 'bad',
  unknown: 'warn',
  disabled_automatically: 'bad',
  disabled: 'calm',
  suspended: 'bad',
};

interface WebhookPillProps {
  readonly webhook: Pick<Webhook, 'isActive' | 'consecutiveFailures' | 'disabledReason'>;
  readonly circuit: KnownCircuit;
  readonly tenantStatus?: Tenant['status'] | undefined;
}

export function WebhookPill({ webhook, circuit, tenantStatus }: WebhookPillProps) {
  const health = healthOf(webhook, circuit, tenantStatus);
  return <Pill tone={HEALTH_TONES[health]}>{HEALTH_NAMES[health]}</Pill>;
}

const JOB: Readonly<Record<Replay['state'], readonly [Tone, string]>> = {
  running: ['accent', 'Running'],
  completed: ['good', 'Completed'],
  cancelled: ['calm', 'Cancelled'],
  failed: ['bad', 'Failed'],
};

/** The state of a replay, or of another job for many deliveries. */
export function JobPill({ state }: { readonly state: Replay['state'] }) {
  const [tone, name] = JOB[state];
  return <Pill tone={tone}>{name}</Pill>;
}

export const httpTone = (status: number): Tone => (status < 300 ? 'good' : status < 400 ? 'warn' : 'bad');

/** The status of the receiver's answer; if there was no answer, the error. */
export function HttpStatus({ status, error }: { readonly status: number | null; readonly error: ErrorClass | null }) {
  if (status !== null) {
    return (
      <Tip label={`${status} ${reasonPhrase(status)}`} disabled={reasonPhrase(status) === ''}>
        <span className={styles['code']} data-tone={httpTone(status)}>
          {status}
        </span>
      </Tip>
    );
  }
  if (error === null) return <span className="faint">–</span>;
  return <span className={styles['error']}>{errorName(error)}</span>;
}

const ERRORS: Readonly<Record<ErrorClass, string>> = {
  http_status: 'HTTP error',
  gone: 'Gone',
  redirect: 'Redirect',
  throttled: 'Throttled',
  timeout: 'Timed out',
  dns: 'DNS',
  connect: 'No connection',
  tls: 'TLS',
  reset: 'Reset',
  protocol: 'Bad HTTP',
  response_too_large: 'Too large',
  blocked_address: 'Blocked address',
  invalid_request: 'Invalid request',
  disabled: 'Webhook disabled',
  deleted: 'Webhook deleted',
  tenant_suspended: 'Tenant suspended',
};
export const errorName = (errorClass: ErrorClass): string => ERRORS[errorClass];
