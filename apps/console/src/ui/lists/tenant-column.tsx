import { useTenants } from '../../api/queries.ts';
import { Name } from '../display/name.tsx';
import type { Column } from './table.tsx';

interface OfTenant {
  readonly tenantId: string;
}

/** The name of a tenant; its id where the name is not known. */
export function TenantName({ id }: { readonly id: string }) {
  const tenants = useTenants().data;
  return <Name>{tenants?.find((tenant) => tenant.id === id)?.name ?? id}</Name>;
}

/** For the lists of operators, which show rows of all tenants. */
export const TENANT_COLUMN = {
  name: 'Tenant',
  width: '13%',
  cell: ({ tenantId }) => (
    <span className="truncate">
      <TenantName id={tenantId} />
    </span>
  ),
} satisfies Column<OfTenant>;
