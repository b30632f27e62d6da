import { useStatistics } from '../../statistics/use-statistics.ts';
import { PageHead } from '../../ui/layout/page.tsx';
import { FilterBar, useFilters } from '../../ui/lists/filters.tsx';
import { TENANT_FILTER, TenantFilter, useTenantFilter } from '../../ui/lists/tenant-filter.tsx';
import { FAILURES_PAGE, FailureGroups } from './failure-groups.tsx';
import { OnlyInPrometheus } from './only-in-prometheus.tsx';
import { CIRCUITS_PAGE, OpenCircuits } from './open-circuits.tsx';
import { Services } from './services.tsx';
import styles from './health.module.css';

/** For operators: what of the installation works, and what does not, as far as the API knows. */
export function HealthPage() {
  const filters = useFilters([TENANT_FILTER], [CIRCUITS_PAGE, FAILURES_PAGE]);
  const tenantId = useTenantFilter(filters);
  const statistics = useStatistics({}, '1h');
  return (
    <>
      <PageHead title="Health" lead="What the API knows of this installation now." />
      <Services statistics={statistics} />
      <div className={styles['filters']}>
        <FilterBar filters={filters}>
          <TenantFilter filters={filters} />
        </FilterBar>
      </div>
      <OpenCircuits tenantId={tenantId} />
      <FailureGroups tenantId={tenantId} />
      <OnlyInPrometheus />
    </>
  );
}
