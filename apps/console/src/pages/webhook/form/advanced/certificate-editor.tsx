import { Button, FileButton, Group, Textarea } from '@mantine/core';
import type { ClientCertificate } from '../../../../api/model.ts';
import { PlusIcon } from '../../../../ui/display/icons.tsx';
import styles from './certificate-editor.module.css';
import { CertificateSummary } from '../../certificate-summary.tsx';
import { certificateError, NO_PEM } from '../webhook-fields.ts';
import type { CertificateChange } from '../webhook-fields.ts';

interface CertificateEditorProps {
  /** The present certificate of the webhook. */
  readonly current: ClientCertificate | null;
  readonly change: CertificateChange;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (change: CertificateChange) => void;
}

/**
 * Shows a client certificate, and replaces or removes it as a whole: the API never returns its key, so parts cannot
 * be edited.
 */
export function CertificateEditor({ current, change, errors, onChange }: CertificateEditorProps) {
  const keep = (): void => onChange({ does: 'keep' });
  const set = (): void => onChange({ does: 'set', ...NO_PEM });
  if (change.does === 'set')
    return (
      <>
        <Pem
          label="Certificate"
          hint="PEM: the certificate, followed by its intermediate certificates, without the root."
          placeholder="-----BEGIN CERTIFICATE-----"
          value={change.certificate}
          error={certificateError(errors, 'certificate')}
          onChange={(certificate) => onChange({ ...change, certificate })}
        />
        <Pem
          label="Private key"
          hint="PEM, without a passphrase. It is stored encrypted and never shown again."
          placeholder="-----BEGIN PRIVATE KEY-----"
          value={change.key}
          error={certificateError(errors, 'key')}
          onChange={(key) => onChange({ ...change, key })}
        />
        <div>
          <Button variant="default" onClick={keep}>
            {current ? 'Keep the current certificate' : 'Add no certificate'}
          </Button>
        </div>
      </>
    );
  if (current === null)
    return (
      <div>
        <Button variant="default" leftSection={<PlusIcon size={13} />} onClick={set}>
          Add certificate
        </Button>
      </div>
    );
  return (
    <div className={styles['current']} data-removed={change.does === 'remove' || undefined}>
      <div className={styles['summary']}>
        <CertificateSummary certificate={current} />
      </div>
      {change.does === 'remove' ? (
        <Group gap="xs">
          <span className="soft">The certificate is removed when you save.</span>
          <Button variant="default" onClick={keep}>
            Keep certificate
          </Button>
        </Group>
      ) : (
        <Group gap="xs">
          <Button variant="default" onClick={set}>
            Replace certificate
          </Button>
          <Button variant="default" onClick={() => onChange({ does: 'remove' })}>
            Remove certificate
          </Button>
        </Group>
      )}
    </div>
  );
}

interface PemProps {
  readonly label: string;
  readonly hint: string;
  readonly placeholder: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

/** A PEM text, pasted or read from a file. The text stays on this machine until the form is sent. */
function Pem({ label, hint, placeholder, value, error, onChange }: PemProps) {
  return (
    <div>
      <Textarea
        label={label}
        description={hint}
        placeholder={placeholder}
        autosize
        minRows={3}
        maxRows={6}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: styles['pem'] ?? '' }}
        value={value}
        error={error}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <FileButton
        accept=".pem,.crt,.cer,.key,text/plain"
        onChange={(file) => void file?.text().then((text) => onChange(text))}
      >
        {(props) => (
          <button
            {...props}
            type="button"
            className={styles['file']}
            aria-label={`Read the ${label.toLowerCase()} from a file`}
          >
            Read from a file …
          </button>
        )}
      </FileButton>
    </div>
  );
}
