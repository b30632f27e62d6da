import type { DrawerProps, ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { lazily } from '../../app/lazily.tsx';
import type { FrameProps } from './dialog-frames.tsx';

const ModalFrame = lazily(async () => (await import('./dialog-frames.tsx')).ModalFrame);
const SheetFrame = lazily(async () => (await import('./dialog-frames.tsx')).SheetFrame);

/**
 * When a dialog closes, returns the focus to the element that opened it, so that keyboard users continue where they
 * were. If that element is gone, as an item of a closed menu is, the page's content gets the focus.
 */
function useFocusBack(): void {
  // Read before the dialog takes the focus.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const back = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('content');
      // Mantine's focus trap ends a moment later.
      setTimeout(() => back?.focus({ preventScroll: true }));
    },
    [opener],
  );
}

/** A question, or a small form. It is open while the component is rendered. */
export function Dialog(props: FrameProps<ModalProps>) {
  useFocusBack();
  return <ModalFrame {...props} />;
}

/** A panel at the right edge, for content that needs more room. It is open while the component is rendered. */
export function Sheet(props: FrameProps<DrawerProps>) {
  useFocusBack();
  return <SheetFrame {...props} />;
}
