import { SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEventTypes } from '../../../api/queries.ts';
import type { ClientCertificate } from '../../../api/model.ts';
import { Fields } from '../../../ui/forms/form.tsx';
import { Failed, Loading } from '../../../ui/feedback/states.tsx';
import { CertificateEditor } from './certificate-editor.tsx';
import { EventPicker } from './event-picker.tsx';
import { HeadersEditor } from './headers-editor.tsx';
import { NumberField } from './number-field.tsx';
import styles from './webhook-form.module.css';
import type { WebhookForm } from './webhook-fields.ts';

interface WebhookFormFieldsProps {
  readonly form: WebhookForm;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (change: Partial<WebhookForm>) => void;
  /** The present certificate; a new webhook has none. */
  readonly certificate?: ClientCertificate | null;
  /** Content before the first field, such as the choice of the tenant. */
  readonly first?: ReactNode;
  /** Content between the usual fields and the rarely used ones. */
  readonly middle?: ReactNode;
}

/** The fields of a webhook, for a new one and for a change. The server judges them; its sentence is shown at the field. */
export function WebhookFormFields({
  form,
  errors,
  onChange,
  certificate = null,
  first,
  middle,
}: WebhookFormFieldsProps) {
  const eventTypes = useEventTypes();
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
        <Textarea
          label="Description"
          placeholder="Optional: what it is for, and whom to ask about it"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2_000}
          value={form.description}
          error={errors['description']}
          onChange={({ currentTarget }) => onChange({ description: currentTarget.value })}
        />
      </Fields>
      <Fields name="Events" lead="The events that this webhook gets.">
        {eventTypes.data ? (
          <EventPicker
            eventTypes={eventTypes.data}
            chosen={form.events}
            error={errors['events']}
            onChange={(events) => onChange({ events })}
          />
        ) : eventTypes.error ? (
          <Failed error={eventTypes.error} onRetry={() => void eventTypes.refetch()} />
        ) : (
          <Loading />
        )}
      </Fields>
      {middle}
      <Fields name="Headers" lead="Added to each request, for example for a token of your own.">
        <HeadersEditor lines={form.headers} error={errors['headers']} onChange={(headers) => onChange({ headers })} />
      </Fields>
      <Fields
        name="Client certificate"
        lead="Sent to a receiver that asks for a client certificate (mutual TLS). It needs an https URL."
      >
        <CertificateEditor
          current={certificate}
          change={form.clientCertificate}
          errors={errors}
          onChange={(clientCertificate) => onChange({ clientCertificate })}
        />
      </Fields>
      <Fields name="Delivery" lead="An empty field means the default of this installation.">
        <div className={styles['numbers']}>
          <NumberField
            label="Attempts at most"
            placeholder="5"
            min={1}
            max={20}
            step={1}
            value={form.maxAttempts}
            error={errors['maxAttempts']}
            onChange={(maxAttempts) => onChange({ maxAttempts })}
          />
          <NumberField
            label="Time-out in seconds"
            placeholder="15"
            min={1}
            max={30}
            value={form.timeoutSeconds}
            error={errors['requestTimeoutMs']}
            onChange={(timeoutSeconds) => onChange({ timeoutSeconds })}
          />
          <NumberField
            label="Requests a second at most"
            placeholder="No limit"
            min={0}
            value={form.rateLimitPerSecond}
            error={errors['rateLimitPerSecond']}
            onChange={(rateLimitPerSecond) => onChange({ rateLimitPerSecond })}
          />
        </div>
        <div>
          <p className={styles['label']} id="ordering">
            Order
          </p>
          <SegmentedControl
            size="xs"
            aria-labelledby="ordering"
            value={form.ordering}
            onChange={(value) => onChange({ ordering: value as WebhookForm['ordering'] })}
            data={[
              { value: 'none', label: 'As fast as possible' },
              { value: 'subject', label: 'In order, per object' },
            ]}
          />
          <p className={styles['hint']}>
            {form.ordering === 'none'
              ? 'Deliveries are sent in parallel; a failing delivery delays no other.'
              : 'Events of the same sale, item or customer are delivered one after the other; a failing delivery delays the later ones.'}
          </p>
        </div>
        <TextInput
          label="Legacy signature header"
          placeholder="X-Shop-Signature"
          description="For receivers that do not verify Standard Webhooks yet: one more header, with the hex HMAC-SHA256 of the body."
          spellCheck={false}
          value={form.legacySignatureHeader}
          error={errors['legacySignatureHeader']}
          onChange={({ currentTarget }) => onChange({ legacySignatureHeader: currentTarget.value })}
        />
      </Fields>
    </Stack>
  );
}
