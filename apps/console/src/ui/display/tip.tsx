import { cloneElement, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { createPortal } from 'react-dom';
import styles from './tip.module.css';

/** The pointer rests this long on an element before its tip is shown, so that a pointer on its way shows none. */
const DELAY_MS = 150;
const GAP_PX = 6;

interface Handlers {
  readonly onMouseEnter: (event: { currentTarget: Element }) => void;
  readonly onMouseLeave: () => void;
  readonly onFocus: (event: { currentTarget: Element }) => void;
  readonly onBlur: () => void;
  readonly 'aria-describedby': string | undefined;
}

interface TipProps {
  readonly label: ReactNode;
  readonly disabled?: boolean;
  /** One element of HTML, or a component that passes its handlers on to one. */
  readonly children: ReactElement<Partial<Handlers>>;
}

/**
 * A short text about an element, while the pointer is over it or it has the focus. Escape hides it. It is our own, because
 * Mantine's Tooltip brings 18 kB (gzipped) of Floating UI into the first load.
 */
export function Tip({ label, disabled = false, children }: TipProps) {
  const [hovered, setHovered] = useState<Element | null>(null);
  const [target, setTarget] = useState<Element | null>(null);
  const id = useId();
  useEffect(() => {
    if (hovered === null) return;
    const timer = setTimeout(() => setTarget(hovered), DELAY_MS);
    return () => clearTimeout(timer);
  }, [hovered]);
  const hide = useCallback(() => {
    setHovered(null);
    setTarget(null);
  }, []);
  if (disabled) return children;
  return (
    <>
      {cloneElement(children, {
        onMouseEnter: ({ currentTarget }) => setHovered(currentTarget),
        onMouseLeave: hide,
        onFocus: ({ currentTarget }) => currentTarget.matches(':focus-visible') && setTarget(currentTarget),
        onBlur: hide,
        'aria-describedby': target === null ? undefined : id,
      })}
      {target !== null &&
        createPortal(
          <Bubble id={id} target={target} onHide={hide}>
            {label}
          </Bubble>,
          document.body,
        )}
    </>
  );
}

interface BubbleProps {
  readonly id: string;
  readonly target: Element;
  readonly onHide: () => void;
  readonly children: ReactNode;
}

/** Above the element if there is room, else below it, and never over the edge of the window. */
function Bubble({ id, target, onHide, children }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bubble.current === null) return;
    const { width, height } = bubble.current.getBoundingClientRect();
    const at = target.getBoundingClientRect();
    const left = at.left + at.width / 2 - width / 2;
    bubble.current.style.left = `${Math.max(GAP_PX, Math.min(left, window.innerWidth - width - GAP_PX))}px`;
    const above = at.top - height - GAP_PX;
    bubble.current.style.top = `${above >= GAP_PX ? above : at.bottom + GAP_PX}px`;
  });
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => void (key === 'Escape' && onHide());
    document.addEventListener('keydown', onKey);
    // An element that moves, or is removed, would leave its tip behind.
    window.addEventListener('scroll', onHide, true);
    return () => {
      document.removeEventListener('keydown', onKey);
      window.removeEventListener('scroll', onHide, true);
    };
  }, [onHide]);
  return (
    <div ref={bubble} id={id} role="tooltip" className={styles['tip']}>
      {children}
    </div>
  );
}
