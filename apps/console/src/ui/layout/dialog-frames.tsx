import { Drawer, Modal } from '@mantine/core';
import type { DrawerProps, ModalProps } from '@mantine/core';

const CLOSE = { 'aria-label': 'Close', size: 28 };

export type FrameProps<P> = Omit<P, 'opened' | 'closeButtonProps'>;

export const ModalFrame = (props: FrameProps<ModalProps>) => <Modal opened closeButtonProps={CLOSE} {...props} />;

export const SheetFrame = (props: FrameProps<DrawerProps>) => (
  <Drawer opened position="right" padding="lg" closeButtonProps={CLOSE} {...props} />
);

/** The menu of a narrow screen. */
export const MenuFrame = ({ opened, ...props }: Omit<DrawerProps, 'closeButtonProps'>) => (
  <Drawer opened={opened} size={272} padding="md" closeButtonProps={CLOSE} {...props} />
);
