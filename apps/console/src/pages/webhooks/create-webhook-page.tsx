import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { errorsByField } from '../../api/problem.ts';
import { useRefresh, useTenants } from '../../api/queries.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { Fields, Problems } from '../../ui/forms/form.tsx';
import { PageHead } from '../../ui/layout/page.tsx';
import { EMPTY_FORM, fieldsOf, FORM_FIELDS } from '../webhook/form/webhook-fields.ts';
import { GENERATED, SecretChoice, secretField } from '../webhook/form/secret-choice.tsx';
import { WebhookFormFields } from '../webhook/form/webhook-form.tsx';
import styles from './create-webhook-page.module.css';
import { CreatedWebhook } from './created-webhook.tsx';
import { Choose } from '../../ui/forms/choose.tsx';

const BACK = { href: '/webhooks', name: 'Webhooks' };

export function CreateWebhookPage() {
  const api = useApi();
  const { isOperator } = useIdentity();
  const refresh = useRefresh();
  const tenants = useTenants(isOperator);
  const [params] = useSearchParams();
  const [form, setForm] = useState(EMPTY_FORM);
  const [tenantId, setTenantId] = useState<string | null>(params.get('tenant'));
  const [secret, setSecret] = useState(GENERATED);
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
    onSuccess: () => refresh('/v1/webhooks'),
  });
  if (creation.data) return <CreatedWebhook webhook={creation.data} isOwnSecret={secret.brings} />;
  const errors = errorsByField(creation.error, FORM_FIELDS);
  return (
    <>
      <PageHead title="Create webhook" back={BACK} />
      <form
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          creation.mutate();
        }}
      >
        <WebhookFormFields
          form={form}
          errors={errors.fields}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
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
          middle={
            <Fields
              name="Signing secret"
              lead="Every request is signed with it, so that your receiver can verify that Signet sent it."
            >
              <SecretChoice
                label="Signing secret"
                chosen={secret}
                error={errors.fields['secret']}
                onChange={setSecret}
              />
            </Fields>
          }
        />
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
    </>
  );
}

/** Sentences near the button. One of them counts the fields with errors, since those may be out of sight there. */
function headSentences({ fields, rest }: ReturnType<typeof errorsByField>): readonly string[] {
  const count = Object.keys(fields).length;
  if (count === 0) return rest;
  return [`${count === 1 ? 'A field is' : `${count} fields are`} not valid: see above.`, ...rest];
}
