import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../../../api/client.ts';
import { ApiProblem, errorsByField } from '../../../api/problem.ts';
import { useRefresh, webhookKey } from '../../../api/queries.ts';
import type { Webhook } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';
import { Note, Problems } from '../../../ui/forms/form.tsx';
import { useToasts } from '../../../ui/feedback/toasts.tsx';
import styles from './edit-webhook.module.css';
import { changedNames, changesOf, fieldsOf, FORM_FIELDS, formOf } from '../form/webhook-fields.ts';
import { WebhookFormFields } from '../form/webhook-form.tsx';
import { Sheet } from '../../../ui/layout/dialog.tsx';
import { isolated } from '../../../format/visible.ts';

interface EditWebhookProps {
  readonly webhook: Webhook;
  /** A new URL, which the user still has to save. */
  readonly url?: string;
  readonly onClose: () => void;
}

/**
 * Saves only the fields that were changed in the form. If another user has changed the webhook meanwhile, it shows
 * that change before it overwrites anything.
 */
export function EditWebhook({ webhook, url, onClose }: EditWebhookProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const queries = useQueryClient();
  // The webhook with which the form began, even if a newer state is read meanwhile.
  const [base, setBase] = useState(webhook);
  const [form, setForm] = useState(() => ({ ...formOf(webhook), ...(url !== undefined && { url }) }));
  /** The webhook as another user has changed it meanwhile; null: no such change is known. */
  const [newer, setNewer] = useState<Webhook | null>(null);
  const changes = changesOf(fieldsOf(formOf(base)), fieldsOf(form));
  const saving = useMutation({
    mutationFn: async (onTopOf: Webhook) => {
      const save = (base: Webhook) =>
        answerOf(
          api.PATCH('/v1/webhooks/{id}', {
            params: { path: { id: webhook.id }, header: { 'If-Match': `"${base.version}"` } },
            body: changes,
          }),
        );
      try {
        return await save(onTopOf);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
        // Each failure of a webhook is a new version of it, too: if no user has changed it, there is nothing to ask.
        const present = await answerOf(api.GET('/v1/webhooks/{id}', { params: { path: { id: webhook.id } } }));
        if (changedNames(onTopOf, present) !== '') throw error;
        return save(present);
      }
    },
    onSuccess: async (saved) => {
      queries.setQueryData(webhookKey(saved.id), saved);
      await refresh('/v1/webhooks', '/v1/circuits');
      toasts.done(`${isolated(saved.name)} is saved.`);
      onClose();
    },
    onError: async (error) => {
      if (error instanceof ApiProblem && error.status === 412)
        setNewer(await answerOf(api.GET('/v1/webhooks/{id}', { params: { path: { id: webhook.id } } })));
    },
  });
  const isStale = saving.error instanceof ApiProblem && saving.error.status === 412;
  const errors = errorsByField(isStale ? null : saving.error, FORM_FIELDS);
  const takeTheirs = (): void => {
    if (newer === null) return;
    setBase(newer);
    setForm(formOf(newer));
    setNewer(null);
    saving.reset();
  };
  return (
    <Sheet onClose={onClose} size={620} title={`Edit ${isolated(webhook.name)}`}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (Object.keys(changes).length === 0) onClose();
          else saving.mutate(base);
        }}
      >
        {isStale && newer && (
          <Note
            tone="warn"
            title="Another user has changed this webhook meanwhile"
            action={
              <Group gap="xs">
                <Button variant="default" onClick={takeTheirs}>
                  Discard mine
                </Button>
                <Button loading={saving.isPending} onClick={() => saving.mutate(newer)}>
                  Save mine on top
                </Button>
              </Group>
            }
          >
            They changed {changedNames(base, newer) || 'no field of this form'}. Your changes are not lost, and only the
            fields that you changed are saved.
          </Note>
        )}
        <WebhookFormFields
          form={form}
          certificate={base.clientCertificate}
          errors={errors.fields}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
        <div className={styles['foot']}>
          <Problems
            sentences={[
              ...(Object.keys(errors.fields).length > 0 ? ['Some fields are not valid.'] : []),
              ...errors.rest,
            ]}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={saving.isPending} disabled={Object.keys(changes).length === 0 || isStale}>
              Save changes
            </Button>
          </Group>
        </div>
      </form>
    </Sheet>
  );
}
