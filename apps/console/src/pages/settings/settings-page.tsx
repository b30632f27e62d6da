import { useOwnTenant } from '../../api/queries.ts';
import { useIdentity } from '../../app/session.tsx';
import { Copyable } from '../../ui/display/copy.tsx';
import { Fact, Facts, PageHead, Section } from '../../ui/layout/page.tsx';
import { TenantPill } from '../tenants/tenant-pill.tsx';
import { AlertEmail } from './alert-email.tsx';
import { Name } from '../../ui/display/name.tsx';
import { At } from '../../ui/display/time.tsx';

/** A tenant's own page: its name, its alert address, and the key that the user has signed in with. */
export function SettingsPage() {
  const { key, tenant: atSignIn } = useIdentity();
  const tenant = useOwnTenant().data ?? atSignIn;
  if (tenant === null) return null;
  return (
    <>
      <PageHead title="Settings" lead={<Name>{tenant.name}</Name>} />
      <Section
        title="Alerts"
        lead="Sent at the 3rd, 5th and 10th failure in a row of a webhook, and when it has recovered."
      >
        <Facts>
          <Fact name="E-mail">
            <AlertEmail tenant={tenant} />
          </Fact>
        </Facts>
      </Section>
      <Section title="Tenant">
        <Facts>
          <Fact name="Name">
            <Name>{tenant.name}</Name>
          </Fact>
          <Fact name="Id">
            <Copyable text={tenant.id} what="the id" />
          </Fact>
          <Fact name="Status">
            <TenantPill status={tenant.status} />{' '}
            {tenant.suspendedDetail && <span className="soft">{tenant.suspendedDetail}</span>}
          </Fact>
        </Facts>
      </Section>
      <Section title="Your key" lead="Keys are created and revoked by the operators of this installation.">
        <Facts>
          <Fact name="Name">
            <Name>{key.name}</Name>
          </Fact>
          <Fact name="Begins with">
            <code>{key.prefix}…</code>
          </Fact>
          <Fact name="Created">
            <At at={key.createdAt} />
          </Fact>
        </Facts>
      </Section>
    </>
  );
}
