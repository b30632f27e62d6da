import { Progress } from '@mantine/core';
import { number } from '../../format/text.ts';
import styles from './job-progress.module.css';

interface JobProgressProps {
  readonly done: number;
  /** null: not counted yet; a short job has ended before that. */
  readonly total: number | null;
  readonly isCompleted: boolean;
  /** How many more the job has gone through without doing anything. */
  readonly refused?: number;
}

/** How far a job is, as a bar and as numbers. */
export function JobProgress({ done, total, isCompleted, refused = 0 }: JobProgressProps) {
  const rest = total !== null ? ` of ${number(total)}` : isCompleted ? '' : ' so far';
  return (
    <span className={styles['progress']}>
      <Progress
        size="sm"
        // A selection may lose deliveries while the job runs: a job that has ended is at its end all the same.
        value={isCompleted ? 100 : total === null || total === 0 ? 0 : ((done + refused) / total) * 100}
        color={isCompleted ? 'teal' : 'signet'}
        aria-label="Progress"
      />
      <span className="soft number">{number(done) + rest}</span>
    </span>
  );
}
