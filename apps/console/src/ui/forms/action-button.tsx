import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { Tip } from '../display/tip.tsx';

interface ActionButtonProps extends ButtonProps {
  /** Why it cannot be used now; undefined: it can. */
  readonly why?: string | undefined;
  readonly onClick: () => void;
}

/** A button that says why it is disabled. It can be reached by keyboard even then: otherwise nobody could read the reason. */
export function ActionButton({ why, onClick, ...button }: ActionButtonProps) {
  if (why === undefined) return <Button variant="default" {...button} onClick={onClick} />;
  return (
    <Tip label={why}>
      <Button variant="default" {...button} data-disabled aria-disabled aria-description={why} />
    </Tip>
  );
}
