import { GroupTable } from '../../statistics/group-table.tsx';
import { StatisticsSection } from '../../statistics/statistics-section.tsx';
import { inRange, useRange, useStatistics } from '../../statistics/use-statistics.ts';
import { Section } from '../../ui/layout/page.tsx';

/** Volume and failures of a tenant, and of its busiest webhooks. */
export function TenantStatistics({ id }: { readonly id: string }) {
  const [range, setRange] = useRange();
  const scope = { tenantId: id };
  const statistics = useStatistics(scope, range, 'webhook');
  return (
    <>
      <StatisticsSection statistics={statistics} scope={scope} range={range} onRange={setRange} />
      {statistics.data && statistics.data.groups.length > 0 && (
        <Section title="Deliveries by webhook" lead={`Those created ${inRange(range)}, the busiest first.`} flush>
          <GroupTable of="Webhook" groups={statistics.data.groups} />
        </Section>
      )}
    </>
  );
}
