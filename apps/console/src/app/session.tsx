import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { apiClient } from '../api/client.ts';
import type { ApiClient } from '../api/client.ts';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import { beginSession, endSession, isRefusal, reasonToLeave, whoIsSignedIn } from './session-requests.ts';
import type { Identity, WhoIsSignedIn } from './session-requests.ts';

interface SignedIn {
  readonly api: ApiClient;
  readonly identity: Identity;
  readonly queries: QueryClient;
}

interface Session {
  readonly signedIn: SignedIn | null;
  /** Whether the console asks who is signed in. */
  readonly isRestoring: boolean;
  /** Why the user has to sign in again. */
  readonly notice: string | null;
  signIn(key: string): Promise<void>;
  signOut(): void;
}

/** Tells the other tabs, which have the same cookie, that a user has signed in or out. */
const tabs = new BroadcastChannel('signet-session');
const SIGNED_IN = 'signed-in';
const SIGNED_OUT = 'signed-out';

const ELSEWHERE = 'You have signed out in another tab.';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [signedIn, setSignedIn] = useState<SignedIn | null>(null);
  const [isRestoring, setRestoring] = useState(true);
  const [notice, setNotice] = useState<string | null>(null);

  /** The client of the signed-in user. What an earlier one still hears does not matter any more. */
  const present = useRef<ApiClient | null>(null);

  const leave = useCallback((why: string | null) => {
    present.current = null;
    setNotice(why);
    setSignedIn((before) => {
      before?.queries.clear();
      return null;
    });
  }, []);

  const admit = useCallback(
    ({ identity, expiresAt }: WhoIsSignedIn) => {
      const onRefused = async (): Promise<void> => {
        const why = await reasonToLeave(expiresAt);
        if (why !== null && present.current === api) leave(why);
      };
      const api = apiClient(() => void onRefused());
      present.current = api;
      setNotice(null);
      // A new query cache, so that this user cannot see data that another user has read.
      setSignedIn({ identity, api, queries: newQueries() });
    },
    [leave],
  );

  const restore = useCallback(
    () =>
      whoIsSignedIn()
        .then(admit)
        .catch((error: unknown) => {
          if (!isRefusal(error)) leave(`${sentenceOf(error)} Reload the page to try again.`);
          else leave(error.code === 'missing_api_key' ? null : error.message);
        })
        .finally(() => setRestoring(false)),
    [admit, leave],
  );

  useEffect(() => {
    // Earlier versions kept the key here.
    sessionStorage.removeItem('signet.key');
    void restore();
    const onNews = ({ data }: MessageEvent<unknown>): void => (data === SIGNED_OUT ? leave(ELSEWHERE) : void restore());
    tabs.addEventListener('message', onNews);
    return () => tabs.removeEventListener('message', onNews);
  }, [restore, leave]);

  const session = useMemo<Session>(
    () => ({
      signedIn,
      isRestoring,
      notice,
      signIn: async (key) => {
        await beginSession(key);
        admit(await whoIsSignedIn());
        tabs.postMessage(SIGNED_IN);
      },
      signOut: () =>
        void endSession().then((failure) => {
          if (failure === null) tabs.postMessage(SIGNED_OUT);
          leave(failure);
        }),
    }),
    [signedIn, isRestoring, notice, admit, leave],
  );
  return (
    <SessionContext.Provider value={session}>
      {signedIn === null ? children : <QueryClientProvider client={signedIn.queries}>{children}</QueryClientProvider>}
    </SessionContext.Provider>
  );
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 3_000,
        // A request that the server has understood and refused is not repeated, unless it does not know the session yet.
        retry: (count, error) =>
          count < 2 &&
          (isRefusal(error) || !(error instanceof ApiProblem && error.status >= 400 && error.status < 500)),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('There is no SessionProvider above.');
  return session;
}

/** For components that are rendered only for a signed-in user. */
export function useSignedIn(): SignedIn {
  const { signedIn } = useSession();
  if (signedIn === null) throw new Error('No user is signed in.');
  return signedIn;
}

export const useApi = (): ApiClient => useSignedIn().api;
export const useIdentity = (): Identity => useSignedIn().identity;
