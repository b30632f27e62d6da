import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { visible } from '../../format/visible.ts';
import { Choose } from './choose.tsx';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface SearchChoiceProps<T extends Named> {
  readonly label: string;
  /** The label is for screen readers only. */
  readonly isLabelHidden?: boolean;
  readonly placeholder: string;
  readonly chosen: T | undefined;
  readonly error?: ReactNode;
  readonly onChange: (chosen: T | undefined) => void;
}

interface Search<T> {
  /** What is searched for, such as `webhook`. */
  readonly what: string;
  /** A hook: what the API finds. */
  readonly useFound: (q: string) => { readonly data?: readonly T[] | undefined; readonly error: unknown };
}

const SHOWN = 20;

/** Chooses one of many: the API searches them while the user types. */
export function SearchChoice<T extends Named>({
  what,
  useFound,
  label,
  isLabelHidden = false,
  placeholder,
  chosen,
  error,
  onChange,
}: SearchChoiceProps<T> & Search<T>) {
  const [text, setText] = useState(visible(chosen?.name ?? ''));
  // The field shows the name of what is chosen, which is no search.
  const [q] = useDebouncedValue(text === visible(chosen?.name ?? '') ? '' : text.trim(), 250);
  const choices = useFound(q);
  const found = (choices.data ?? []).slice(0, SHOWN);
  const offered = chosen === undefined || found.some(({ id }) => id === chosen.id) ? found : [chosen, ...found];
  return (
    <Choose
      // In a dropdown, a click on a choice elsewhere in the page would be a click outside of it.
      {...(isLabelHidden
        ? { 'aria-label': label, size: 'xs', w: 240, autoFocus: true, comboboxProps: { withinPortal: false } }
        : { label })}
      placeholder={placeholder}
      searchable
      searchValue={text}
      onSearchChange={setText}
      // The API has searched: all that it found are choices.
      filter={({ options }) => options}
      nothingFoundMessage={
        choices.error ? `The ${what}s could not be read` : choices.data ? `No ${what} matches` : 'Searching …'
      }
      data={offered.map(({ id, name }) => ({ value: id, label: visible(name) }))}
      value={chosen?.id ?? null}
      error={error}
      onChange={(id) => onChange(offered.find((one) => one.id === id))}
    />
  );
}
