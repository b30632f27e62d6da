import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { answerOf } from '../../../api/client.ts';
import { ApiProblem, errorsByField } from '../../../api/problem.ts';
import { useRefresh, webhookKey } from '../../../api/queries.ts';
import type { Page, Webhook, WebhookHistoryEntry } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';
import { Problems } from '../../../ui/forms/form.tsx';
import { useFocusOnError } from '../../../ui/forms/use-focus-on-error.ts';
import { useToasts } from '../../../ui/feedback/toasts.tsx';
import styles from './edit-webhook.module.css';
import { ConflictChoice } from '../conflict/conflict-choice.tsx';
import { changesCredential, conflictsOf, merged, setsHeadersAfter } from '../conflict/conflicts.ts';
import { changesOf, fieldsOf, FORM_FIELDS, formOf } from '../form/webhook-fields.ts';
import type { WebhookForm } from '../form/webhook-fields.ts';
import { AdvancedFields } from '../form/advanced/advanced-fields.tsx';
import { BasicFields } from '../form/basic-fields.tsx';
import { Sheet } from '../../../ui/layout/dialog.tsx';
import { isolated } from '../../../format/visible.ts';

interface EditWebhookProps {
  readonly webhook: Webhook;
  /** A new URL, which the user still has to save. */
  readonly url?: string;
  readonly onClose: () => void;
}

/** The form to save, and the webhook with which it began. */
interface Wanted {
  readonly base: Webhook;
  readonly form: WebhookForm;
}

/** Another user has changed fields of the form meanwhile. */
class Overtaken extends Error {
  constructor(
    readonly present: Webhook,
    readonly mayHideCredential: boolean,
  ) {
    super('Another user has changed this webhook meanwhile.');
  }
}

/**
 * Saves only the fields that were changed in the form. If another user has changed the webhook meanwhile, it shows both values of each
 * field, and lets the user choose.
 */
export function EditWebhook({ webhook, url, onClose }: EditWebhookProps) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const queries = useQueryClient();
  // The webhook with which the form began, even if a newer state is read meanwhile.
  const [base, setBase] = useState(webhook);
  const [form, setForm] = useState(() => ({ ...formOf(webhook), ...(url !== undefined && { url }) }));
  const changes = changesOf(fieldsOf(formOf(base)), fieldsOf(form));
  const newestEntries = async (): Promise<readonly WebhookHistoryEntry[]> => {
    const params = { path: { id: webhook.id }, query: { limit: 200 } };
    // Without a time, the answer is a page of the history.
    return ((await answerOf(api.GET('/v1/webhooks/{id}/history', { params }))) as Page<WebhookHistoryEntry>).data;
  };
  const saving = useMutation({
    mutationFn: async ({ base: onTopOf, form: wanted }: Wanted) => {
      const save = async (from: Webhook, to: WebhookForm): Promise<Webhook> => {
        const body = changesOf(fieldsOf(formOf(from)), fieldsOf(to));
        // The other user has made the same changes, or all of theirs were chosen.
        if (Object.keys(body).length === 0) return from;
        const header = { 'If-Match': `"${from.version}"` };
        return answerOf(api.PATCH('/v1/webhooks/{id}', { params: { path: { id: webhook.id }, header }, body }));
      };
      try {
        return await save(onTopOf, wanted);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
        const present = await answerOf(api.GET('/v1/webhooks/{id}', { params: { path: { id: webhook.id } } }));
        // Each failure of a webhook is a new version of it, too: if no user has changed these fields, there is nothing to ask.
        const mayHide = changesCredential(onTopOf, wanted) && setsHeadersAfter(onTopOf.version, await newestEntries());
        if (conflictsOf(onTopOf, present, wanted, mayHide).length > 0) throw new Overtaken(present, mayHide);
        return save(present, merged(onTopOf, present, wanted, {}));
      }
    },
    onSuccess: async (saved) => {
      queries.setQueryData(webhookKey(saved.id), saved);
      await refresh('/v1/webhooks', '/v1/circuits');
      toasts.done(`${isolated(saved.name)} is saved.`);
      onClose();
    },
  });
  const overtaken = saving.error instanceof Overtaken ? saving.error : null;
  const newer = overtaken?.present ?? null;
  const errors = errorsByField(newer ? null : saving.error, FORM_FIELDS);
  const title = useRef<HTMLSpanElement>(null);
  const takeOver = (present: Webhook, next: WebhookForm): void => {
    setBase(present);
    setForm(next);
    saving.reset();
    // The pressed button goes away with its panel.
    title.current?.focus();
  };
  const onChange = (change: Partial<WebhookForm>): void => setForm((before) => ({ ...before, ...change }));
  const ref = useFocusOnError(saving.error);
  return (
    <Sheet
      onClose={onClose}
      size={620}
      title={
        <span ref={title} tabIndex={-1}>
          Edit {isolated(webhook.name)}
        </span>
      }
    >
      <form
        ref={ref}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (Object.keys(changes).length === 0) onClose();
          else saving.mutate({ base, form });
        }}
      >
        {overtaken && newer && (
          <ConflictChoice
            key={newer.version}
            conflicts={conflictsOf(base, newer, form, overtaken.mayHideCredential)}
            isSaving={saving.isPending}
            onDiscard={() => takeOver(newer, formOf(newer))}
            onSave={(choices) => {
              const next = merged(base, newer, form, choices);
              takeOver(newer, next);
              saving.mutate({ base: newer, form: next });
            }}
          />
        )}
        <Stack gap={26}>
          <BasicFields form={form} errors={errors.fields} onChange={onChange} />
          <AdvancedFields form={form} certificate={base.clientCertificate} errors={errors.fields} onChange={onChange} />
        </Stack>
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
            <Button
              type="submit"
              loading={saving.isPending}
              disabled={Object.keys(changes).length === 0 || newer !== null}
            >
              Save changes
            </Button>
          </Group>
        </div>
      </form>
    </Sheet>
  );
}
