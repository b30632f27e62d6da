import { useTenant } from '../../api/queries.ts';
import { lazily } from '../../app/lazily.tsx';
import { useIdentity } from '../../app/session.tsx';
import { visible } from '../../format/visible.ts';
import { Chip } from './filters.tsx';
import type { Filters } from './filters.tsx';

const TenantChoice = lazily(async () => (await import('../forms/tenant-choice.tsx')).TenantChoice);

/** The name of the filter in the address. */
export const TENANT_FILTER = 'tenant';

/** The tenant whose rows a list shows; undefined for all tenants, and for a tenant, who sees only its own rows. */
export function useTenantFilter(filters: Filters): string | undefined {
  const { isOperator } = useIdentity();
  return isOperator ? filters.get(TENANT_FILTER) || undefined : undefined;
}

/** Chooses one of many tenants; for operators. */
export function TenantFilter({ filters }: { readonly filters: Filters }) {
  const { isOperator } = useIdentity();
  const id = useTenantFilter(filters);
  const chosen = useTenant(id);
  if (!isOperator) return null;
  return (
    <Chip
      name="Tenant"
      value={id === undefined ? undefined : visible(chosen.data?.name ?? id)}
      onClear={() => filters.set(TENANT_FILTER, '')}
    >
      {(close) => (
        <TenantChoice
          label="Tenant"
          isLabelHidden
          placeholder="Search for a tenant"
          chosen={chosen.data}
          onChange={(tenant) => {
            filters.set(TENANT_FILTER, tenant?.id ?? '');
            close();
          }}
        />
      )}
    </Chip>
  );
}
