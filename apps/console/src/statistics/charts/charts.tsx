import { Button } from '@mantine/core';
import type { Statistics } from '../../api/model.ts';
import { Loading } from '../../ui/feedback/states.tsx';
import { NumbersTable } from '../numbers-table.tsx';
import { useTable } from '../use-statistics.ts';
import styles from './chart.module.css';
import { OutcomesChart } from './outcomes-chart.tsx';
import { TimesChart } from './times-chart.tsx';

/** The numbers over time, as charts and, where that is wanted, as a table. */
export function Charts({ statistics }: { readonly statistics: Statistics | undefined }) {
  const [isTable, toggle] = useTable();
  if (statistics === undefined)
    return (
      <div className={styles['charts']}>
        <Loading />
      </div>
    );
  return (
    <div className={styles['charts']}>
      <OutcomesChart statistics={statistics} />
      <div className={styles['pair']}>
        <TimesChart title="Time to delivery" statistics={statistics} of="deliveryMs" />
        <TimesChart title="Response time" statistics={statistics} of="responseMs" />
      </div>
      <Button
        className={styles['toggle'] ?? ''}
        variant="subtle"
        size="compact-sm"
        aria-expanded={isTable}
        onClick={toggle}
      >
        {isTable ? 'Hide the table' : 'Show as a table'}
      </Button>
      {isTable && <NumbersTable statistics={statistics} />}
    </div>
  );
}
