import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useWebhookChoices } from '../../api/queries.ts';
import type { Webhook } from '../../api/model.ts';
import { visible } from '../../format/visible.ts';
import { Choose } from './choose.tsx';

interface WebhookChoiceProps {
  readonly label: string;
  /** The label is for screen readers only. */
  readonly isLabelHidden?: boolean;
  readonly placeholder: string;
  readonly chosen: Webhook | undefined;
  readonly error?: ReactNode;
  readonly onChange: (webhook: Webhook | undefined) => void;
}

const SHOWN = 20;

/** Chooses one of many webhooks: the API searches them by name, URL, description and tenant. */
export function WebhookChoice({
  label,
  isLabelHidden = false,
  placeholder,
  chosen,
  error,
  onChange,
}: WebhookChoiceProps) {
  const [text, setText] = useState(visible(chosen?.name ?? ''));
  // The field shows the name of the chosen webhook, which is no search.
  const [q] = useDebouncedValue(text === visible(chosen?.name ?? '') ? '' : text.trim(), 250);
  const choices = useWebhookChoices(q);
  const found = (choices.data?.data ?? []).slice(0, SHOWN);
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
        choices.error ? 'The webhooks could not be read' : choices.data ? 'No webhook matches' : 'Searching …'
      }
      data={offered.map(({ id, name }) => ({ value: id, label: visible(name) }))}
      value={chosen?.id ?? null}
      error={error}
      onChange={(id) => onChange(offered.find((webhook) => webhook.id === id))}
    />
  );
}
