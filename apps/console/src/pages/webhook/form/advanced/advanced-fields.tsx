import { SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ClientCertificate } from '../../../../api/model.ts';
import { Fields } from '../../../../ui/forms/form.tsx';
import type { WebhookForm } from '../webhook-fields.ts';
import styles from './advanced-fields.module.css';
import { CertificateEditor } from './certificate-editor.tsx';
import { HeadersEditor } from './headers-editor.tsx';
import { NumberField } from './number-field.tsx';

interface AdvancedFieldsProps {
  readonly form: WebhookForm;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (change: Partial<WebhookForm>) => void;
  /** The present certificate; a new webhook has none. */
  readonly certificate?: ClientCertificate | null;
  /** Content before the first field, such as the choice of the secret. */
  readonly first?: ReactNode;
}

/** The fields of a webhook that most webhooks leave as they are. */
export function AdvancedFields({ form, errors, onChange, certificate = null, first }: AdvancedFieldsProps) {
  return (
    <Stack gap={26}>
      <Fields name="Notes">
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
      {first}
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
