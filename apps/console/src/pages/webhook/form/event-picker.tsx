import { Checkbox } from '@mantine/core';
import { useId } from 'react';
import type { EventType } from '../../../api/model.ts';
import { domainName } from '../../../format/text.ts';
import styles from './event-picker.module.css';

interface EventPickerProps {
  readonly eventTypes: readonly EventType[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
  /** Called with the event whose box has got the focus. */
  readonly onFocused?: (name: string) => void;
}

/** Event types by domain; the checkbox of a domain selects or deselects all of its types. */
export function EventPicker({ eventTypes, chosen, error, onChange, onFocused }: EventPickerProps) {
  const errorId = useId();
  const domains = [...new Set(eventTypes.map(({ domain }) => domain))];
  const without = (names: readonly string[]): string[] => chosen.filter((name) => !names.includes(name));
  return (
    <div>
      <div className={styles['domains']} data-invalid-group={error !== undefined || undefined}>
        {domains.map((domain) => {
          const types = eventTypes.filter((type) => type.domain === domain);
          const names = types.map(({ name }) => name);
          const count = names.filter((name) => chosen.includes(name)).length;
          return (
            <fieldset key={domain} className={styles['domain']}>
              <legend className="visually-hidden">{domainName(domain)}</legend>
              <Checkbox
                size="xs"
                label={<strong className={styles['title']}>{domainName(domain)}</strong>}
                aria-label={`All of ${domainName(domain)}`}
                checked={count === names.length}
                indeterminate={count > 0 && count < names.length}
                onChange={({ currentTarget }) =>
                  onChange(currentTarget.checked ? [...without(names), ...names] : without(names))
                }
              />
              <div className={styles['types']}>
                {types.map(({ name, displayName, description }) => (
                  <Checkbox
                    key={name}
                    size="xs"
                    title={description}
                    label={
                      <span className={styles['type']}>
                        {displayName} <code className={styles['name']}>{name}</code>
                      </span>
                    }
                    aria-describedby={error === undefined ? undefined : errorId}
                    checked={chosen.includes(name)}
                    onFocus={() => onFocused?.(name)}
                    onChange={({ currentTarget }) =>
                      onChange(currentTarget.checked ? [...chosen, name] : without([name]))
                    }
                  />
                ))}
              </div>
            </fieldset>
          );
        })}
      </div>
      {error !== undefined && (
        <p id={errorId} className={styles['error']} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
