import { Redirect, Route, Switch } from 'wouter';
import { DeliveriesPage } from '../pages/deliveries/deliveries-page.tsx';
import { DeliveryPage } from '../pages/delivery/delivery-page.tsx';
import { EventTypesPage } from '../pages/event-types/event-types-page.tsx';
import { OverviewPage } from '../pages/overview/overview-page.tsx';
import { ReplaysPage } from '../pages/replays/replays-page.tsx';
import { KeysPage } from '../pages/settings/keys-page.tsx';
import { SettingsPage } from '../pages/settings/settings-page.tsx';
import { TenantPage } from '../pages/tenants/tenant-page.tsx';
import { TenantsPage } from '../pages/tenants/tenants-page.tsx';
import { WebhookPage } from '../pages/webhook/webhook-page.tsx';
import { CreateWebhookPage } from '../pages/webhooks/create-webhook-page.tsx';
import { WebhooksPage } from '../pages/webhooks/webhooks-page.tsx';
import { NotFound } from './not-found.tsx';
import { useSession } from './session.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

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
        <Route path="/replays" component={ReplaysPage} />
        <Route path="/event-types/:name?">{({ name }) => <EventTypesPage name={name} />}</Route>
        {isOperator && <Route path="/tenants" component={TenantsPage} />}
        {isOperator && <Route path="/tenants/:id">{({ id }) => <TenantPage key={id} id={id} />}</Route>}
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
