import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiProblem, sentenceOf } from '../../api/problem.ts';
import { CheckIcon, WarningIcon } from '../display/icons.tsx';
import { Card } from '../layout/page.tsx';
import styles from './states.module.css';

interface EmptyProps {
  readonly title: string;
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Shown for an empty list, with what the user can do about it. */
export function Empty({ title, icon, children, action }: EmptyProps) {
  return (
    <div className={styles['empty']}>
      {icon && <div className={styles['icon']}>{icon}</div>}
      <p className={styles['title']}>{title}</p>
      {children && <p className={styles['text']}>{children}</p>}
      {action && <div className={styles['action']}>{action}</div>}
    </div>
  );
}

/** Shown for an empty list of troubles. */
export const AllWell = ({ children }: { readonly children: ReactNode }) => (
  <p className={styles['well']}>
    <CheckIcon /> {children}
  </p>
);

interface FailedProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Shown when data could not be read. The id of the request helps the person who is asked for help. */
export function Failed({ error, onRetry }: FailedProps) {
  const isMissing = error instanceof ApiProblem && error.status === 404;
  return (
    <div className={styles['empty']} role="alert">
      <div className={styles['icon']}>
        <WarningIcon size={20} />
      </div>
      <p className={styles['title']}>{isMissing ? 'Not found' : 'This could not be loaded'}</p>
      <p className={styles['text']}>{sentenceOf(error)}</p>
      {error instanceof ApiProblem && error.instance && !isMissing && (
        <p className={styles['text']}>
          Request <code>{error.instance.replace('urn:uuid:', '')}</code>
        </p>
      )}
      {onRetry && !isMissing && (
        <div className={styles['action']}>
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** Placeholder lines of about the length of the content to come. */
export function Loading({ lines = 5 }: { readonly lines?: number }) {
  return (
    <div className={styles['loading']} aria-busy="true">
      <span className="visually-hidden" role="status">
        Loading
      </span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={13} width={`${86 - ((index * 29) % 52)}%`} />
      ))}
    </div>
  );
}

/** Shown on a page whose subject is being read, or could not be read. */
export const NotRead = ({ error, onRetry }: FailedProps) => (
  <Card>
    {error ? (
      <Failed error={error} {...(onRetry && { onRetry })} />
    ) : (
      <div className={styles['lines']}>
        <Loading lines={6} />
      </div>
    )}
  </Card>
);
