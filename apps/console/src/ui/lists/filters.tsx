import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { exactTime, fromLocalInput, toLocalInput, zoneName } from '../../format/time.ts';
import { customRange, PRESETS, rangeName, rangeOf } from '../../format/time-filter.ts';
import { Dropdown } from './dropdown.tsx';
import styles from './filters.module.css';
import { rememberSearch } from './last-search.ts';
import { CrossIcon, PlusIcon, SearchIcon } from '../display/icons.tsx';
import { visible } from '../../format/visible.ts';
import { useAddress } from '../use-param.ts';

export interface Filters {
  get(name: string): string;
  /** The value of a filter if it is one of these; an address may hold anything. */
  oneOf<V extends string>(name: string, choices: readonly { readonly value: V }[]): V | undefined;
  set(name: string, value: string): void;
  clear(): void;
  readonly isEmpty: boolean;
}

/**
 * The filters of a list. They are stored in the page's address, so that links and the back button keep them.
 *
 * @param pages the parameters of the address that hold the pages of the lists: a change of a filter goes back to the first page
 */
export function useFilters(names: readonly string[], pages: readonly string[] = ['page']): Filters {
  const [params, changeAddress] = useAddress();
  const [path] = useLocation();
  const search = params.toString();
  useEffect(() => rememberSearch(path, search), [path, search]);
  const change = (edit: (next: URLSearchParams) => void): void =>
    changeAddress((next) => {
      edit(next);
      pages.forEach((param) => next.delete(param));
    });
  return {
    get: (name) => params.get(name) ?? '',
    oneOf: (name, choices) => choices.find(({ value }) => value === params.get(name))?.value,
    set: (name, value) => change((next) => (value === '' ? next.delete(name) : next.set(name, value))),
    clear: () => change((next) => names.forEach((name) => next.delete(name))),
    isEmpty: names.every((name) => !params.get(name)),
  };
}

interface FilterBarProps {
  readonly filters: Filters;
  readonly children: ReactNode;
  /** Buttons for everything that matches the filters. */
  readonly actions?: ReactNode;
}

export function FilterBar({ filters, children, actions }: FilterBarProps) {
  return (
    <div className={styles['bar']}>
      <div className={styles['filters']} role="search">
        {children}
        {!filters.isEmpty && (
          <Button variant="subtle" color="gray" onClick={filters.clear}>
            Clear all
          </Button>
        )}
      </div>
      {actions && <span className={styles['actions']}>{actions}</span>}
    </div>
  );
}

interface SearchProps {
  readonly filters: Filters;
  readonly label: string;
}

/** Searches while the user types, a moment after each pause. */
export function Search({ filters, label }: SearchProps) {
  const asked = filters.get('q');
  const [typed, setTyped] = useState({ text: asked, asked });
  // The search was changed elsewhere, by a link or the back button.
  if (typed.asked !== asked) setTyped({ text: typed.text.trim() === asked ? typed.text : asked, asked });
  const ask = useDebouncedCallback((value: string) => filters.set('q', value.trim()), 250);
  return (
    <TextInput
      className={styles['search']}
      size="xs"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<SearchIcon size={14} />}
      maxLength={200}
      value={typed.text}
      onChange={({ currentTarget: { value } }) => {
        setTyped({ text: value, asked });
        ask(value);
      }}
    />
  );
}

interface ChipProps {
  readonly name: string;
  /** The present value, for people; undefined: not set. */
  readonly value: string | undefined;
  readonly onClear: () => void;
  readonly children: (close: () => void) => ReactNode;
}

/** Shows `+ Status`, and once it is set `Status | Failed ×`. */
export function Chip({ name, value, onClear, children }: ChipProps) {
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <span className={styles['place']}>
      <span className={styles['chip']} data-set={value === undefined ? undefined : true}>
        <button
          type="button"
          className={styles['open']}
          onClick={toggle}
          aria-haspopup="dialog"
          aria-expanded={opened}
          aria-label={value === undefined ? `Filter by ${name.toLowerCase()}` : undefined}
        >
          {value === undefined && <PlusIcon size={12} />}
          {name}
          {value !== undefined && (
            <>
              <span className="visually-hidden">: </span>
              <span className={styles['value']}>{value}</span>
            </>
          )}
        </button>
        {value !== undefined && (
          <button
            type="button"
            className={styles['clear']}
            aria-label={`Clear the filter ${name}`}
            onClick={() => {
              close();
              onClear();
            }}
          >
            <CrossIcon size={11} />
          </button>
        )}
      </span>
      {opened && (
        <Dropdown label={`Filter by ${name.toLowerCase()}`} onClose={close}>
          {children(close)}
        </Dropdown>
      )}
    </span>
  );
}

export interface Choice {
  readonly value: string;
  readonly name: string;
}

interface ChoiceFilterProps {
  readonly filters: Filters;
  readonly field: string;
  readonly name: string;
  readonly choices: readonly Choice[];
}

/** A filter with a few values. */
export function ChoiceFilter({ filters, field, name, choices }: ChoiceFilterProps) {
  const value = filters.get(field);
  const chosen = choices.find((choice) => choice.value === value)?.name ?? value;
  return (
    <Chip name={name} value={value === '' ? undefined : chosen} onClear={() => filters.set(field, '')}>
      {(close) => (
        <Radio.Group
          value={value}
          aria-label={name}
          onChange={(next) => {
            filters.set(field, next);
            close();
          }}
        >
          <Stack gap={9} className={styles['choices'] ?? ''}>
            {choices.map((choice) => (
              <Radio key={choice.value} size="xs" value={choice.value} label={choice.name} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Chip>
  );
}

/** A filter for one exact value, such as an id. */
export function ExactFilter({ filters, field, name }: Omit<ChoiceFilterProps, 'choices'>) {
  const value = filters.get(field);
  const [text, setText] = useState(value);
  return (
    <Chip name={name} value={value === '' ? undefined : visible(value)} onClear={() => filters.set(field, '')}>
      {(close) => (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            filters.set(field, text.trim());
            close();
          }}
        >
          <Group gap="xs" align="flex-end">
            <TextInput
              size="xs"
              label={name}
              maxLength={255}
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
            />
            <Button type="submit">Apply</Button>
          </Group>
        </form>
      )}
    </Chip>
  );
}

const CUSTOM = 'custom';

/** A filter for a span of time up to now, or between two times. */
export function TimeFilter({ filters, field, name }: Omit<ChoiceFilterProps, 'choices'>) {
  const value = filters.get(field);
  const isPreset = PRESETS.some((preset) => preset.value === value);
  const [isCustom, setCustom] = useState(value !== '' && !isPreset);
  const { after, before } = isPreset ? {} : rangeOf(value, new Date());
  const put = (range: { after?: string | undefined; before?: string | undefined }): void =>
    filters.set(field, customRange({ after: range.after ?? '', before: range.before ?? '' }));
  return (
    <Chip
      name={name}
      value={value === '' ? undefined : rangeName(value, exactTime)}
      onClear={() => {
        setCustom(false);
        filters.set(field, '');
      }}
    >
      {(close) => (
        <Stack gap={9}>
          <Radio.Group
            value={isCustom ? CUSTOM : value}
            aria-label={name}
            onChange={(next) => {
              setCustom(next === CUSTOM);
              filters.set(field, next === CUSTOM ? '' : next);
              if (next !== CUSTOM) close();
            }}
          >
            <Stack gap={9}>
              {PRESETS.map((preset) => (
                <Radio key={preset.value} size="xs" value={preset.value} label={preset.name} />
              ))}
              <Radio size="xs" value={CUSTOM} label="Between two times" />
            </Stack>
          </Radio.Group>
          {isCustom && (
            <>
              <TextInput
                size="xs"
                type="datetime-local"
                label={`From (${zoneName()})`}
                defaultValue={after ? toLocalInput(new Date(after)) : ''}
                onChange={({ currentTarget }) => put({ after: fromLocalInput(currentTarget.value), before })}
              />
              <TextInput
                size="xs"
                type="datetime-local"
                label={`Until (${zoneName()})`}
                defaultValue={before ? toLocalInput(new Date(before)) : ''}
                onChange={({ currentTarget }) => put({ after, before: fromLocalInput(currentTarget.value) })}
              />
            </>
          )}
        </Stack>
      )}
    </Chip>
  );
}
