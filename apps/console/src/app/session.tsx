import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { apiClient } from '../api/client.ts';
import type { ApiClient } from '../api/client.ts';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import { Newest } from '../state/newest.ts';
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

  /** Each sign-in, sign-out and question who is signed in outdates what came before: an older answer may be another user's. */
  const newest = useRef(new Newest());

  const leave = useCallback((why: string | null) => {
    newest.current.begin();
    setRestoring(false);
    setNotice(why);
    setSignedIn((before) => {
      before?.queries.clear();
      return null;
    });
  }, []);

  /** Asks who is signed in, and lets this user in, unless something newer has begun meanwhile. */
  const enter = useCallback((): Promise<void> => {
    const isNewest = newest.current.begin();
    const admit = ({ identity, expiresAt }: WhoIsSignedIn): void => {
      if (!isNewest()) return;
      const onRefused = async (): Promise<void> => {
        const why = await reasonToLeave(expiresAt);
        if (why !== null && isNewest()) leave(why);
      };
      setRestoring(false);
      setNotice(null);
      // A new query cache, so that this user cannot see data that another user has read.
      setSignedIn({ identity, api: apiClient(() => void onRefused()), queries: newQueries() });
    };
    return whoIsSignedIn().then(admit, (error: unknown) => {
      if (isNewest()) throw error;
    });
  }, [leave]);

  const restore = useCallback(
    () =>
      enter().catch((error: unknown) => {
        if (!isRefusal(error)) leave(`${sentenceOf(error)} Reload the page to try again.`);
        else leave(error.code === 'missing_api_key' ? null : error.message);
      }),
    [enter, leave],
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
        await enter();
        tabs.postMessage(SIGNED_IN);
      },
      signOut: () =>
        void endSession().then((failure) => {
          if (failure === null) tabs.postMessage(SIGNED_OUT);
          leave(failure);
        }),
    }),
    [signedIn, isRestoring, notice, enter, leave],
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
