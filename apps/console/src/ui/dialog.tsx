import { Drawer, Modal } from '@mantine/core';
import type { DrawerProps, ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/**
 * Gives the focus back to what opened a dialog, so that a keyboard goes on where it was; to the content, where that is
 * gone, as an item of a menu is.
 */
function useFocusBack(): void {
  // Before the dialog takes it.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const back = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('content');
      // Mantine's focus trap lets go a moment later.
      setTimeout(() => back?.focus({ preventScroll: true }));
    },
    [opener],
  );
}

/** A question, or a small form. It is there while it is rendered. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useFocusBack();
  return <Modal opened {...props} />;
}

/** What needs more room, at the right edge. It is there while it is rendered. */
export function Sheet(props: Omit<DrawerProps, 'opened'>) {
  useFocusBack();
  return <Drawer opened position="right" padding="lg" {...props} />;
}
