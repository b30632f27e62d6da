import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { answerOf } from '../../api/client.ts';
import type { CreatedWebhook } from '../../api/model.ts';
import { errorsByField } from '../../api/problem.ts';
import { useRefresh, useTenants } from '../../api/queries.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi, useIdentity } from '../../app/session.tsx';
import { Loading } from '../../ui/feedback/states.tsx';
import { Choose } from '../../ui/forms/choose.tsx';
import { Problems } from '../../ui/forms/form.tsx';
import { useFocusOnError } from '../../ui/forms/use-focus-on-error.ts';
import { BasicFields } from '../webhook/form/basic-fields.tsx';
import { EMPTY_FORM, fieldsOf, FORM_FIELDS } from '../webhook/form/webhook-fields.ts';
import type { WebhookForm } from '../webhook/form/webhook-fields.ts';
import styles from './create-webhook-page.module.css';
import { GENERATED, secretField } from '../webhook/form/secret.ts';

const AdvancedStep = lazily(async () => (await import('./advanced-step.tsx')).AdvancedStep, <Loading />);

/** The fields that are always in sight; the others are folded. */
const BASIC: readonly string[] = ['tenantId', 'name', 'url', 'events'];

interface CreateFormProps {
  readonly onCreated: (webhook: CreatedWebhook, isOwnSecret: boolean) => void;
}

/** Name, URL and events; the rest is folded. */
export function CreateForm({ onCreated }: CreateFormProps) {
  const api = useApi();
  const { isOperator } = useIdentity();
  const refresh = useRefresh();
  const tenants = useTenants(isOperator);
  const [params] = useSearchParams();
  const [form, setForm] = useState(EMPTY_FORM);
  const [tenantId, setTenantId] = useState<string | null>(params.get('tenant'));
  const [secret, setSecret] = useState(GENERATED);
  const [isOpen, setOpen] = useState(false);
  const creation = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/webhooks', {
          body: {
            ...fieldsOf(form),
            ...(isOperator && tenantId !== null && { tenantId }),
            ...secretField(secret),
          },
        }),
      ),
    onSuccess: async (webhook) => {
      await refresh('/v1/webhooks');
      onCreated(webhook, secret.brings);
    },
    // Before the error is shown: a field in the folded part must be in sight to get the focus.
    onError: (error) => {
      if (Object.keys(errorsByField(error, FORM_FIELDS).fields).some((field) => !BASIC.includes(field))) setOpen(true);
    },
  });
  const ref = useFocusOnError(creation.error);
  const errors = errorsByField(creation.error, FORM_FIELDS);
  const onChange = (change: Partial<WebhookForm>): void => setForm((before) => ({ ...before, ...change }));
  return (
    <form
      ref={ref}
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        creation.mutate();
      }}
    >
      <BasicFields
        form={form}
        errors={errors.fields}
        onChange={onChange}
        hasPreview
        first={
          isOperator && (
            <Choose
              label="Tenant"
              placeholder="The tenant that owns the webhook"
              searchable
              nothingFoundMessage="No tenant has this name"
              data={(tenants.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={tenantId}
              error={errors.fields['tenantId']}
              onChange={setTenantId}
            />
          )
        }
      />
      <details
        className={styles['advanced']}
        open={isOpen}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>
          Advanced <span className="soft">Notes, a secret of your own, headers, client certificate, limits, order</span>
        </summary>
        {isOpen && (
          <AdvancedStep form={form} errors={errors.fields} secret={secret} onSecret={setSecret} onChange={onChange} />
        )}
      </details>
      <footer className={styles['foot']}>
        <Problems sentences={headSentences(errors)} />
        <Group gap="xs">
          <Button type="submit" size="sm" loading={creation.isPending}>
            Create webhook
          </Button>
          <Button size="sm" variant="default" component={Link} href="/webhooks">
            Cancel
          </Button>
        </Group>
      </footer>
    </form>
  );
}

/** Sentences near the button. One of them counts the fields with errors, since those may be out of sight there. */
function headSentences({ fields, rest }: ReturnType<typeof errorsByField>): readonly string[] {
  const count = Object.keys(fields).length;
  if (count === 0) return rest;
  return [`${count === 1 ? 'A field is' : `${count} fields are`} not valid: see above.`, ...rest];
}
