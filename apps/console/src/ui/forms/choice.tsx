import { Select } from '@mantine/core';
import type { SelectProps } from '@mantine/core';

/** A field with a list to choose from; `ui/forms/choose.tsx` loads it when it is needed. */
export const Choice = (props: SelectProps) => <Select {...props} />;
