import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerOf } from '../../api/client.ts';
import { sentenceOf } from '../../api/problem.ts';
import type { Webhook } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { Copyable, CopyButton } from '../../ui/display/copy.tsx';
import { Problems } from '../../ui/forms/form.tsx';
import { EyeIcon, ReplayIcon } from '../../ui/display/icons.tsx';
import { Fact, Facts, None, Section } from '../../ui/layout/page.tsx';
import { Pill } from '../../ui/feedback/status.tsx';
import { At } from '../../ui/display/time.tsx';
import { CertificateSummary } from './certificate-summary.tsx';
import { RotateSecret } from './actions/rotate-secret.tsx';
import styles from './webhook-settings.module.css';

/** A secret that stays on a screen can be read by other people, so it is hidden after this time. */
const SHOWN_MS = 60_000;

/** The secrets that sign deliveries now. They are fetched when the user asks to see them, and removed after a minute. */
export function WebhookSecret({ webhook }: { readonly webhook: Webhook }) {
  const api = useApi();
  const [isShown, setShown] = useState(false);
  const [isRotating, rotation] = useDisclosure();
  const secrets = useQuery({
    queryKey: ['/v1/webhooks', 'secret', webhook.id, webhook.version],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/v1/webhooks/{id}/secret', { params: { path: { id: webhook.id } }, signal })),
    enabled: isShown,
    gcTime: 0,
  });
  useEffect(() => {
    if (!isShown) return;
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isShown]);
  const shown = isShown ? secrets.data : undefined;
  return (
    <Section
      title="Security"
      actions={
        <Button variant="default" leftSection={<ReplayIcon size={13} />} onClick={rotation.open}>
          Rotate secret …
        </Button>
      }
    >
      <Facts>
        <Fact name="Signing secret">
          {shown ? (
            <span className={styles['secretRow']}>
              <code className={styles['secret']} data-testid="secret">
                {shown.secret}
              </code>
              <CopyButton text={shown.secret} what="the secret" />
            </span>
          ) : (
            <span className={styles['secretRow']}>
              <code className="faint" aria-hidden="true">
                whsec_••••••••••••
              </code>
              <Button
                variant="subtle"
                size="compact-xs"
                leftSection={<EyeIcon size={13} />}
                loading={secrets.isFetching}
                onClick={() => setShown(true)}
              >
                Show
              </Button>
            </span>
          )}
          <Problems sentences={isShown && secrets.error ? [sentenceOf(secrets.error)] : []} />
        </Fact>
        {shown && shown.former.length > 0 && (
          <Fact name="Former secrets">
            {shown.former.map(({ secret, expiresAt }) => (
              <div key={secret}>
                <span className={styles['secretRow']}>
                  <code className={styles['secret']}>{secret}</code>
                  <CopyButton text={secret} what="the former secret" />
                </span>
                <span className="soft">
                  <Pill tone="warn">Still signs</Pill>{' '}
                  {expiresAt && (
                    <>
                      until <At at={expiresAt} />
                    </>
                  )}
                </span>
              </div>
            ))}
          </Fact>
        )}
        {shown && shown.former.length === 0 && (
          <Fact name="Former secrets">
            <None>No former secret signs</None>
          </Fact>
        )}
        <Fact name="Signature">
          <code>webhook-signature</code> <span className="soft">(Standard Webhooks, HMAC-SHA256)</span>
        </Fact>
        <Fact name="Legacy signature">
          {webhook.legacySignatureHeader ? <code>{webhook.legacySignatureHeader}</code> : <None />}
        </Fact>
        <Fact name="Client certificate">
          {webhook.clientCertificate ? <CertificateSummary certificate={webhook.clientCertificate} /> : <None />}
        </Fact>
        {webhook.clientCertificate && (
          <Fact name="Fingerprint">
            <Copyable text={webhook.clientCertificate.fingerprint} what="the fingerprint (SHA-256)" />
          </Fact>
        )}
      </Facts>
      {isRotating && <RotateSecret webhook={webhook} onClose={rotation.close} />}
    </Section>
  );
}
