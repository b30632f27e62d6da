import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import { Empty } from '../ui/feedback/states.tsx';

type Component<P> = (props: P) => ReactNode;

/**
 * A component whose code is loaded when it is first shown. If that fails, it asks the user to load the page again: after an
 * upgrade the registry no longer has the files of the version before.
 *
 * @param fallback shown until then
 */
export function lazily<P extends object>(load: () => Promise<Component<P>>, fallback: ReactNode = null): Component<P> {
  const Loaded = lazy(async () => ({ default: await load().catch((): Component<P> => NotLoaded) }));
  return (props) => (
    <Suspense fallback={fallback}>
      <Loaded {...props} />
    </Suspense>
  );
}

const NotLoaded = () => (
  <Empty
    title="This part of the console could not be loaded"
    action={<Button onClick={() => location.reload()}>Load the page again</Button>}
  >
    Signet may have been upgraded since you opened this page.
  </Empty>
);
