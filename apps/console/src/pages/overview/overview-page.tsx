import { useQuery } from '@tanstack/react-query';
import { answerOf } from '../../api/client.ts';
import { useCircuits, useOwnTenant } from '../../api/queries.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { Card, PageHead, Section } from '../../ui/layout/page.tsx';
import { REFRESH_MS } from '../../ui/lists/pager.tsx';
import { Failed } from '../../ui/feedback/states.tsx';
import { AttentionList } from './attention-list.tsx';
import { FirstSteps } from './first-steps.tsx';
import { RecentFailures } from './recent-failures.tsx';
import { WebhookFigures } from './webhook-figures.tsx';
import { GroupTable } from '../../statistics/group-table.tsx';
import { StatisticsSection } from '../../statistics/statistics-section.tsx';
import { inRange, useRange, useStatistics } from '../../statistics/use-statistics.ts';
import { Name } from '../../ui/display/name.tsx';
import { useShownError } from '../../app/services-away.tsx';

/** Number of webhooks that the page judges: one page of the API. */
const MOST_WEBHOOKS = 200;
/** All deliveries of the tenants that the user may see. */
const EVERYTHING = {};

/** The state of everything at a glance; the things that need attention come first. */
export function OverviewPage() {
  const api = useApi();
  const { isOperator, tenant: atSignIn } = useIdentity();
  const tenant = useOwnTenant().data ?? atSignIn;
  const circuits = useCircuits();
  const webhooks = useQuery({
    queryKey: ['/v1/webhooks', 'overview'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/webhooks', { params: { query: { limit: MOST_WEBHOOKS } }, signal })),
    refetchInterval: REFRESH_MS,
  });
  const [range, setRange] = useRange();
  const groupBy = isOperator ? 'tenant' : 'webhook';
  const statistics = useStatistics(EVERYTHING, range, groupBy);
  const failed = useShownError('/v1/webhooks', webhooks);
  return (
    <>
      <PageHead
        title="Overview"
        lead={isOperator ? 'All tenants of this installation' : tenant && <Name>{tenant.name}</Name>}
      />
      {tenant?.status === 'suspended' && (
        <Note tone="bad" title="Your account is suspended">
          Nothing is delivered, and your keys can read, but not change anything.{' '}
          {tenant.suspendedDetail && <>“{tenant.suspendedDetail}” </>}
          Messages of this time can be replayed afterwards.
        </Note>
      )}
      {failed ? (
        <Card>
          <Failed error={failed} onRetry={() => void webhooks.refetch()} />
        </Card>
      ) : webhooks.data?.data.length === 0 ? (
        <FirstSteps hasDeliveries={(statistics.data?.total.deliveries ?? 0) > 0} />
      ) : (
        <>
          <AttentionList webhooks={webhooks.data?.data} circuits={circuits} />
          <StatisticsSection statistics={statistics} scope={EVERYTHING} range={range} onRange={setRange}>
            <WebhookFigures webhooks={webhooks.data} circuits={circuits} />
          </StatisticsSection>
          {statistics.data?.groupBy === groupBy && (
            <Section
              title={isOperator ? 'Deliveries by tenant' : 'Deliveries by webhook'}
              lead={`Those created ${inRange(range)}, the busiest first.`}
              flush
            >
              <GroupTable of={isOperator ? 'Tenant' : 'Webhook'} groups={statistics.data.groups} />
            </Section>
          )}
          <RecentFailures />
        </>
      )}
    </>
  );
}
