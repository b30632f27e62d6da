import { useQuery } from '@tanstack/react-query';
import { answerOf } from '../../api/client.ts';
import { useCircuits, useOwnTenant } from '../../api/queries.ts';
import { useApi, useIdentity } from '../../app/session.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { REFRESH_MS } from '../../ui/lists/pager.tsx';
import { Failed } from '../../ui/feedback/states.tsx';
import { AttentionList } from './attention-list.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Numbers } from './numbers.tsx';
import { RecentFailures } from './recent-failures.tsx';
import { Name } from '../../ui/display/name.tsx';
import { useShownError } from '../../app/services-away.tsx';

/** Number of deliveries that the page uses: one page of the API. */
const RECENT = 200;

/** The state of everything at a glance; the things that need attention come first. */
export function OverviewPage() {
  const api = useApi();
  const { isOperator, tenant: atSignIn } = useIdentity();
  const tenant = useOwnTenant().data ?? atSignIn;
  const circuits = useCircuits();
  const webhooks = useQuery({
    queryKey: ['/v1/webhooks', 'overview'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/webhooks', { params: { query: { limit: RECENT } }, signal })),
    refetchInterval: REFRESH_MS,
  });
  const deliveries = useQuery({
    queryKey: ['/v1/deliveries', 'overview'],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/deliveries', { params: { query: { limit: RECENT } }, signal }))).data,
    refetchInterval: REFRESH_MS,
  });
  const failed = useShownError('/v1/webhooks', webhooks);
  const noDeliveries = useShownError('/v1/deliveries', deliveries);
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
        <FirstSteps hasDeliveries={(deliveries.data?.length ?? 0) > 0} />
      ) : (
        <>
          <Numbers webhooks={webhooks.data} deliveries={deliveries.data} circuits={circuits} failure={noDeliveries} />
          <AttentionList webhooks={webhooks.data?.data} circuits={circuits} />
          <RecentFailures />
        </>
      )}
    </>
  );
}
