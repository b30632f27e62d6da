import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useWebhook } from '../../api/queries.ts';
import type { CreatedWebhook as RegisteredWebhook } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { Loading, NotRead } from '../../ui/feedback/states.tsx';
import { PageHead } from '../../ui/layout/page.tsx';
import { CreateForm } from './create-form.tsx';

const CreatedWebhook = lazily(async () => (await import('./created-webhook.tsx')).CreatedWebhook, <Loading />);

const BACK = { href: '/webhooks', name: 'Webhooks' };

/** Creates a webhook in two steps: the form; then the secret, code to verify with, and a test. The address names the second step. */
export function CreateWebhookPage() {
  const [params, setParams] = useSearchParams();
  const [secret, setSecret] = useState<string | null>(null);
  const id = params.get('webhook');
  const onCreated = (webhook: RegisteredWebhook, isOwnSecret: boolean): void => {
    setSecret(isOwnSecret ? null : webhook.secret);
    setParams({ webhook: webhook.id }, { replace: true });
    window.scrollTo(0, 0);
  };
  if (id !== null) return <SecondStep key={id} id={id} secret={secret} />;
  return (
    <>
      <PageHead title="Create webhook" back={BACK} lead="Step 1 of 2: where the events go, and which ones." />
      <CreateForm onCreated={onCreated} />
    </>
  );
}

/** @param secret the generated secret, if the webhook was just created here */
function SecondStep({ id, secret }: { readonly id: string; readonly secret: string | null }) {
  const { data: webhook, error, refetch } = useWebhook(id);
  if (webhook !== undefined) return <CreatedWebhook webhook={webhook} secret={secret} />;
  return (
    <>
      <PageHead title="Create webhook" back={BACK} />
      <NotRead error={error} onRetry={() => void refetch()} />
    </>
  );
}
