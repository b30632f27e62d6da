import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** A field that says that it is not valid, or the first box of a group that does. */
const INVALID = '[aria-invalid="true"], [data-invalid-group] input';

/**
 * Moves the focus to the first field with an error, once the errors of a request are shown.
 *
 * @param error what a request was refused with: each one moves the focus once
 */
export function useFocusOnError(error: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>(INVALID)?.focus();
  }, [error]);
  return form;
}
