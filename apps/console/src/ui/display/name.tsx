import { visible } from '../../format/visible.ts';

/**
 * A name that a user chose: its direction does not change the text around it, and hidden characters in it are shown
 * (see `visible`).
 */
export const Name = ({ children, className }: { readonly children: string; readonly className?: string }) => (
  <bdi className={className}>{visible(children)}</bdi>
);
