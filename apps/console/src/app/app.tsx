import type { ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Loading } from '../ui/feedback/states.tsx';
import { lazily } from './lazily.tsx';
import { NotFound } from './not-found.tsx';
import { useSession } from './session.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

/** Each page is a file of its own, so that the first page does not wait for the code of the others. */
const page = <P extends object>(load: () => Promise<(props: P) => ReactNode>) => lazily(load, <Loading />);

const DeliveriesPage = page(async () => (await import('../pages/deliveries/deliveries-page.tsx')).DeliveriesPage);
const DeliveryPage = page(async () => (await import('../pages/delivery/delivery-page.tsx')).DeliveryPage);
const EventTypesPage = page(async () => (await import('../pages/event-types/event-types-page.tsx')).EventTypesPage);
const HealthPage = page(async () => (await import('../pages/health/health-page.tsx')).HealthPage);
const OverviewPage = page(async () => (await import('../pages/overview/overview-page.tsx')).OverviewPage);
const ReplayPage = page(async () => (await import('../pages/replays/replay-page.tsx')).ReplayPage);
const ReplaysPage = page(async () => (await import('../pages/replays/replays-page.tsx')).ReplaysPage);
const FailuresPage = page(async () => (await import('../pages/failures/failures-page.tsx')).FailuresPage);
const JobsPage = page(async () => (await import('../pages/jobs/jobs-page.tsx')).JobsPage);
const KeysPage = page(async () => (await import('../pages/settings/keys-page.tsx')).KeysPage);
const SettingsPage = page(async () => (await import('../pages/settings/settings-page.tsx')).SettingsPage);
const TenantPage = page(async () => (await import('../pages/tenants/tenant-page.tsx')).TenantPage);
const TenantsPage = page(async () => (await import('../pages/tenants/tenants-page.tsx')).TenantsPage);
const WebhookPage = page(async () => (await import('../pages/webhook/webhook-page.tsx')).WebhookPage);
const CreateWebhookPage = page(
  async () => (await import('../pages/create-webhook/create-webhook-page.tsx')).CreateWebhookPage,
);
const WebhooksPage = page(async () => (await import('../pages/webhooks/webhooks-page.tsx')).WebhooksPage);

export function App() {
  const { signedIn, isRestoring } = useSession();
  if (isRestoring) return null;
  if (signedIn === null) return <SignIn />;
  const { isOperator } = signedIn.identity;
  return (
    <Shell>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/webhooks" component={WebhooksPage} />
        <Route path="/webhooks/new" component={CreateWebhookPage} />
        <Route path="/webhooks/:id/:tab?">
          {({ id, tab }) => <WebhookPage key={id} id={id} tab={tab ?? 'settings'} />}
        </Route>
        <Route path="/deliveries" component={DeliveriesPage} />
        <Route path="/deliveries/:id">{({ id }) => <DeliveryPage key={id} id={id} />}</Route>
        <Route path="/failures" component={FailuresPage} />
        <Route path="/jobs" component={JobsPage} />
        <Route path="/replays" component={ReplaysPage} />
        <Route path="/replays/:id">{({ id }) => <ReplayPage key={id} id={id} />}</Route>
        <Route path="/event-types/:name?">{({ name }) => <EventTypesPage name={name} />}</Route>
        {isOperator && <Route path="/tenants" component={TenantsPage} />}
        {isOperator && <Route path="/tenants/:id">{({ id }) => <TenantPage key={id} id={id} />}</Route>}
        {isOperator && <Route path="/health" component={HealthPage} />}
        {isOperator && <Route path="/keys" component={KeysPage} />}
        {!isOperator && <Route path="/settings" component={SettingsPage} />}
        <Route path="/sign-in">
          <Redirect to="/" replace />
        </Route>
        <Route component={NotFound} />
      </Switch>
    </Shell>
  );
}
