import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useRefresh } from '../../api/queries.ts';
import { Confirm } from '../../ui/layout/confirm.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';

interface CancelJobProps {
  /** `replay` or `job` */
  readonly what: string;
  readonly size?: 'compact-xs' | 'sm';
  readonly onCancel: () => Promise<unknown>;
  /** The list to read again. */
  readonly path: string;
  /** The text of the question: the work that is done already stays done, and the rest is not done. */
  readonly children: ReactNode;
}

/** Cancels a running job, after a question. */
export function CancelJob({ what, size = 'compact-xs', onCancel, path, children }: CancelJobProps) {
  const toasts = useToasts();
  const refresh = useRefresh();
  const [isAsking, setAsking] = useState(false);
  const cancellation = useMutation({
    mutationFn: onCancel,
    onSuccess: async () => {
      setAsking(false);
      toasts.done(`The ${what} is cancelled.`);
      await refresh(path);
    },
  });
  return (
    <>
      <Button variant="default" size={size} onClick={() => setAsking(true)}>
        Cancel …
      </Button>
      {isAsking && (
        <Confirm
          title={`Cancel this ${what}?`}
          action={`Cancel the ${what}`}
          danger
          isBusy={cancellation.isPending}
          error={cancellation.error}
          onConfirm={() => cancellation.mutate()}
          onClose={() => setAsking(false)}
        >
          {children}
        </Confirm>
      )}
    </>
  );
}
