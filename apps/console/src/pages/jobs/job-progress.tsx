import { Progress } from '@mantine/core';
import { number } from '../../format/text.ts';
import styles from './job-progress.module.css';

interface JobProgressProps {
  readonly done: number;
  /** null: not counted yet. */
  readonly total: number | null;
  readonly isCompleted: boolean;
}

/** How far a job is, as a bar and as numbers. */
export function JobProgress({ done, total, isCompleted }: JobProgressProps) {
  const count = total === null ? `${number(done)} so far` : `${number(done)} of ${number(total)}`;
  return (
    <span className={styles['progress']}>
      <Progress
        size="sm"
        // A selection may lose deliveries while the job runs: a job that has ended is at its end all the same.
        value={isCompleted ? 100 : total === null || total === 0 ? 0 : (done / total) * 100}
        color={isCompleted ? 'teal' : 'signet'}
        aria-label="Progress"
      />
      <span className="soft number">{count}</span>
    </span>
  );
}
