import { Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useEventTypes } from '../../../api/queries.ts';
import { lazily } from '../../../app/lazily.tsx';
import { Failed, Loading } from '../../../ui/feedback/states.tsx';
import { Fields } from '../../../ui/forms/form.tsx';
import styles from './basic-fields.module.css';
import { EventPicker } from './event-picker.tsx';
import type { WebhookForm } from './webhook-fields.ts';

const EventPreview = lazily(async () => (await import('./event-preview.tsx')).EventPreview, <Loading />);

interface BasicFieldsProps {
  readonly form: WebhookForm;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (change: Partial<WebhookForm>) => void;
  /** Content before the first field, such as the choice of the tenant. */
  readonly first?: ReactNode;
  /** Shows the schema and an example of one event beside the events. */
  readonly hasPreview?: boolean;
}

/** The fields that every webhook needs: name, URL and events. The server judges them; its sentence is shown at the field. */
export function BasicFields({ form, errors, onChange, first, hasPreview = false }: BasicFieldsProps) {
  const eventTypes = useEventTypes();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Stack gap={26}>
      <Fields name="Endpoint">
        {first}
        <TextInput
          label="Name"
          placeholder="Accounting"
          required
          withAsterisk={false}
          maxLength={255}
          value={form.name}
          error={errors['name']}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
        <TextInput
          label="URL"
          placeholder="https://shop.example/hooks"
          description="Gets a POST for every event. Redirects are not followed."
          inputMode="url"
          spellCheck={false}
          required
          withAsterisk={false}
          value={form.url}
          error={errors['url']}
          onChange={({ currentTarget }) => onChange({ url: currentTarget.value })}
        />
      </Fields>
      <Fields name="Events" lead="The events that this webhook gets.">
        {eventTypes.data ? (
          <div className={hasPreview ? styles['events'] : undefined}>
            <EventPicker
              eventTypes={eventTypes.data}
              chosen={form.events}
              error={errors['events']}
              onChange={(events) => onChange({ events })}
              onFocused={setShown}
            />
            {hasPreview && <EventPreview eventTypes={eventTypes.data} shown={shown} onShow={setShown} />}
          </div>
        ) : eventTypes.error ? (
          <Failed error={eventTypes.error} onRetry={() => void eventTypes.refetch()} />
        ) : (
          <Loading />
        )}
      </Fields>
    </Stack>
  );
}
