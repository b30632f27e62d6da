import { PasswordInput, SegmentedControl } from '@mantine/core';

/** `brings`: the tenant's own is wanted; what was typed stays while the other choice is looked at. */
export interface SecretChosen {
  readonly brings: boolean;
  readonly secret: string;
}

export const GENERATED: SecretChosen = { brings: false, secret: '' };

/** As the API takes it: nothing where Signet generates one. */
export const secretField = ({ brings, secret }: SecretChosen): { secret?: string } => (brings ? { secret } : {});

interface SecretChoiceProps {
  /** What the choice is of, for those who do not see it. */
  readonly label: string;
  readonly chosen: SecretChosen;
  readonly error: string | undefined;
  readonly onChange: (chosen: SecretChosen) => void;
}

/** A new signing secret: Signet's, or one that the tenant brings. */
export function SecretChoice({ label, chosen, error, onChange }: SecretChoiceProps) {
  return (
    <>
      <div>
        <SegmentedControl
          size="xs"
          aria-label={label}
          value={chosen.brings ? 'own' : 'generated'}
          onChange={(value) => onChange({ ...chosen, brings: value === 'own' })}
          data={[
            { value: 'generated', label: 'Generate one' },
            { value: 'own', label: 'Bring my own' },
          ]}
        />
      </div>
      {chosen.brings && (
        <PasswordInput
          label="Your secret"
          description="whsec_ and the base64 of 24 to 64 bytes, or 32 to 256 printable characters."
          autoComplete="off"
          value={chosen.secret}
          error={error}
          onChange={({ currentTarget }) => onChange({ ...chosen, secret: currentTarget.value })}
        />
      )}
    </>
  );
}
