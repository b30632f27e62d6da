import { createContext, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { CheckIcon, CrossIcon, WarningIcon } from '../display/icons.tsx';
import styles from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
}

interface Toasts {
  /** Reports that an action was carried out. */
  done(text: string): void;
  /** Reports that an action failed; the notice stays until it is closed. */
  failed(text: string): void;
}

const SHOWN_MS = 5_000;
const ToastContext = createContext<Toasts | null>(null);

/** Short notices at the edge of the page; screen readers read them out. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const value = useMemo<Toasts>(() => {
    const add = (kind: Toast['kind'], text: string): void => {
      const id = (last.current += 1);
      setToasts((all) => [...all.slice(-2), { id, kind, text }]);
      if (kind === 'done') setTimeout(() => close(id), SHOWN_MS);
    };
    return { done: (text) => add('done', text), failed: (text) => add('failed', text) };
  }, [close]);
  return (
    <ToastContext.Provider value={value}>
      {children}
      <div className={styles['toasts']} role="status" aria-live="polite">
        {toasts.map(({ id, kind, text }) => (
          <div key={id} className={styles['toast']} data-kind={kind}>
            <span className={styles['mark']}>{kind === 'done' ? <CheckIcon /> : <WarningIcon />}</span>
            <span className={styles['text']}>{text}</span>
            <button type="button" className={styles['close']} aria-label="Close the notice" onClick={() => close(id)}>
              <CrossIcon size={13} />
            </button>
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === null) throw new Error('There is no ToastProvider above.');
  return toasts;
}
