import { useState } from 'react';
import type { Attempt } from '../../api/model.ts';
import { duration } from '../../format/time.ts';
import { Empty } from '../../ui/feedback/states.tsx';
import { errorName, HttpStatus, Tag } from '../../ui/feedback/status.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { AttemptExchange } from './attempt-exchange.tsx';
import styles from './attempts.module.css';

/** All attempts on the left, and the chosen one in full on the right; at first the latest. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const newestFirst = attempts.toReversed();
  const shown = newestFirst.find(({ attempt }) => attempt === chosen) ?? newestFirst[0];
  if (shown === undefined) return <Empty title="It has not been tried yet" />;
  return (
    <div className={styles['attempts']}>
      <ol className={styles['list']} aria-label="Attempts, the latest first">
        {newestFirst.map((attempt) => (
          <li key={attempt.attempt}>
            <button
              type="button"
              className={styles['attempt']}
              aria-current={attempt === shown}
              onClick={() => setChosen(attempt.attempt)}
            >
              <span className={styles['mark']} data-outcome={attempt.outcome} aria-hidden="true" />
              <span className={styles['name']}>
                Attempt {attempt.attempt}
                {attempt.cause === 'probe' && <Tag>Probe</Tag>}
                {attempt.cause === 'person' && <Tag>By hand</Tag>}
              </span>
              <HttpStatus status={attempt.response?.statusCode ?? null} error={attempt.errorClass} />
              <span className={styles['when']}>
                <Ago at={attempt.startedAt} /> · {duration(attempt.durationMs)}
                <span className="visually-hidden">, {attempt.outcome}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className={styles['shown']}>
        {shown.errorMessage && (
          <p className={styles['error']}>
            {shown.errorClass && <strong>{errorName(shown.errorClass)}.</strong>} {shown.errorMessage}
          </p>
        )}
        <AttemptExchange key={shown.attempt} attempt={shown} />
      </div>
    </div>
  );
}
