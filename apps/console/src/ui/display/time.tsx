import { createContext, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { exactTime, instantsIn, timeAgo } from '../../format/time.ts';
import { Tip } from './tip.tsx';

const NowContext = createContext<Date | null>(null);

/** One clock for all relative times of a page, so that they change together. */
export function Clock({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5_000);
    return () => clearInterval(timer);
  }, []);
  return <NowContext.Provider value={now}>{children}</NowContext.Provider>;
}

/** The present time of the page's clock, which may be some seconds late. */
export const useNow = (): Date => useContext(NowContext) ?? new Date();

/** The time relative to now; the exact time on hover and focus. */
export function Ago({ at, never = '–' }: { readonly at: string | null; readonly never?: string }) {
  const now = useNow();
  if (at === null) return <span className="faint">{never}</span>;
  const date = new Date(at);
  return (
    <Tip label={exactTime(date)}>
      <time dateTime={at} className="number">
        {timeAgo(date, now)}
      </time>
    </Tip>
  );
}

/** The exact time, with the relative time beside it. */
export function At({ at, never = 'Never' }: { readonly at: string | null; readonly never?: string }) {
  const now = useNow();
  if (at === null) return <span className="faint">{never}</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} className="number">
      <span className="whole">{exactTime(date)}</span> <span className="faint whole">({timeAgo(date, now)})</span>
    </time>
  );
}

/** A sentence of the API with its instants in the reader's time zone. */
export function Sentence({ text }: { readonly text: string }) {
  const now = useNow();
  return instantsIn(text).map((part, index) =>
    typeof part === 'string' ? (
      part
    ) : (
      <Tip key={index} label={exactTime(part)}>
        <time dateTime={part.toISOString()} className="number">
          {exactTime(part)} ({timeAgo(part, now)})
        </time>
      </Tip>
    ),
  );
}
