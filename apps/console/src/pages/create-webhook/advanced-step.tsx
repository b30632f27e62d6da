import { Fields } from '../../ui/forms/form.tsx';
import { AdvancedFields } from '../webhook/form/advanced/advanced-fields.tsx';
import { SecretChoice } from '../webhook/form/secret-choice.tsx';
import type { SecretChosen } from '../webhook/form/secret.ts';
import type { WebhookForm } from '../webhook/form/webhook-fields.ts';

interface AdvancedStepProps {
  readonly form: WebhookForm;
  readonly errors: Readonly<Record<string, string>>;
  readonly secret: SecretChosen;
  readonly onSecret: (secret: SecretChosen) => void;
  readonly onChange: (change: Partial<WebhookForm>) => void;
}

/** The folded fields of a new webhook. */
export function AdvancedStep({ form, errors, secret, onSecret, onChange }: AdvancedStepProps) {
  return (
    <AdvancedFields
      form={form}
      errors={errors}
      onChange={onChange}
      first={
        <Fields
          name="Signing secret"
          lead="Every request is signed with it, so that your receiver can verify that Signet sent it."
        >
          <SecretChoice label="Signing secret" chosen={secret} error={errors['secret']} onChange={onSecret} />
        </Fields>
      }
    />
  );
}
