import type { ClientCertificate } from '../../api/model.ts';
import { Pill } from '../../ui/feedback/status.tsx';
import { At, useNow } from '../../ui/display/time.tsx';
import styles from './certificate-summary.module.css';

/** The warning comes this long before the end: getting a new certificate from an authority takes some days. */
const SOON_MS = 30 * 24 * 60 * 60 * 1000;

/** The subject, the issuer and the end of validity: people look for these before the numbers. */
export function CertificateSummary({ certificate }: { readonly certificate: ClientCertificate }) {
  const left = new Date(certificate.expiresAt).getTime() - useNow().getTime();
  const isOwn = certificate.subject === certificate.issuer;
  return (
    <div className={styles['certificate']}>
      <div className={styles['subject']}>{certificate.subject}</div>
      <div className="soft">{isOwn ? 'Self-signed' : <>Issued by {certificate.issuer}</>}</div>
      <div className="soft">
        {left <= 0 ? 'Expired' : 'Expires'} <At at={certificate.expiresAt} />{' '}
        {left <= 0 ? <Pill tone="bad">Expired</Pill> : left < SOON_MS && <Pill tone="warn">Renew it soon</Pill>}
      </div>
    </div>
  );
}
