import { useFocusTrap, useMergedRef } from '@mantine/hooks';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import styles from './dropdown.module.css';

const EDGE_PX = 8;

interface DropdownProps {
  readonly label: string;
  readonly onClose: () => void;
  /** Where it stands below the button that opens it: begins with it, or ends with it. */
  readonly align?: 'start' | 'end';
  readonly children: ReactNode;
}

/**
 * A small panel below the button that opened it; both stand in one element with `position: relative`. It has the focus while
 * it is open, and gives it back to the button. Escape and a click elsewhere close it. It is our own for the same reason as
 * `Tip`: Mantine's Popover brings Floating UI.
 */
export function Dropdown({ label, onClose, align = 'start', children }: DropdownProps) {
  const panel = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(panel, useFocusTrap());
  useLayoutEffect(() => {
    const { left, right } = panel.current?.getBoundingClientRect() ?? { left: 0, right: 0 };
    const over = Math.max(0, right - window.innerWidth + EDGE_PX) || Math.min(0, left - EDGE_PX);
    if (over !== 0) panel.current?.style.setProperty('translate', `${-over}px`);
  }, []);
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  useEffect(() => {
    // The button closes the panel by itself.
    const around = panel.current?.parentElement;
    const onDown = ({ target }: PointerEvent): void => {
      if (target instanceof Node && around?.contains(target) === false) onClose();
    };
    document.addEventListener('pointerdown', onDown);
    return () => document.removeEventListener('pointerdown', onDown);
  }, [onClose]);
  return (
    <div
      ref={ref}
      role="dialog"
      // Takes the focus itself while what it holds is still being loaded, so that Escape closes it even then.
      tabIndex={-1}
      aria-label={label}
      className={styles['dropdown']}
      data-align={align}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>
  );
}
