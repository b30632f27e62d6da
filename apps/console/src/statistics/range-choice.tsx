import { PRESETS } from '../format/time-filter.ts';
import styles from './statistics.module.css';
import type { Range } from './use-statistics.ts';

interface RangeChoiceProps {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

/** The time that the numbers are about. The arrow keys change it, as in every group of radio buttons. */
export function RangeChoice({ range, onChange }: RangeChoiceProps) {
  return (
    <fieldset className={styles['ranges']}>
      <legend className="visually-hidden">Time range</legend>
      {PRESETS.map(({ value, name }) => (
        <label key={value} className={styles['range']}>
          <input
            type="radio"
            name="range"
            value={value}
            aria-label={name}
            checked={value === range}
            onChange={() => onChange(value)}
          />
          <span aria-hidden="true">{value}</span>
        </label>
      ))}
    </fieldset>
  );
}
