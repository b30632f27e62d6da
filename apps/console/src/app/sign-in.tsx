import { Button, PasswordInput, Stack } from '@mantine/core';
import { useMutation, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import { Problems } from '../ui/forms/form.tsx';
import { Title } from '../ui/layout/page.tsx';
import { Mark } from './mark.tsx';
import { useSession } from './session.tsx';
import styles from './sign-in.module.css';

const nobodys = new QueryClient();

export function SignIn() {
  return (
    <QueryClientProvider client={nobodys}>
      <SignInForm />
    </QueryClientProvider>
  );
}

function SignInForm() {
  const { signIn, notice } = useSession();
  const [key, setKey] = useState('');
  const attempt = useMutation({ mutationFn: () => signIn(key.trim()) });
  const refused = attempt.error instanceof ApiProblem && attempt.error.status === 401;
  const problem = refused ? 'Signet does not know this key. Check that you have copied all of it.' : attempt.error;
  return (
    <main className={styles['page']}>
      <Title name="Sign in" />
      <div className={styles['card']}>
        <Mark size={36} />
        <h1 className={styles['title']}>Sign in to Signet</h1>
        <p className={styles['lead']}>Manage webhooks and follow every delivery.</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (key.trim() !== '') attempt.mutate();
          }}
        >
          <Stack gap="sm">
            {notice && attempt.error === null && <Problems sentences={[notice]} />}
            <PasswordInput
              label="API key"
              description="The key of a tenant or of an operator. The browser gets a cookie in exchange, and does not keep the key."
              placeholder="sgn_tn_… or sgn_op_…"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              required
              withAsterisk={false}
              value={key}
              onChange={({ currentTarget }) => setKey(currentTarget.value)}
              error={problem ? (typeof problem === 'string' ? problem : sentenceOf(problem)) : null}
            />
            <Button type="submit" size="sm" fullWidth loading={attempt.isPending} disabled={key.trim() === ''}>
              Sign in
            </Button>
          </Stack>
        </form>
      </div>
      <p className={styles['foot']}>
        <code>npm start</code> keeps the keys of its demo in <code>.signet/local.json</code>.
      </p>
    </main>
  );
}
