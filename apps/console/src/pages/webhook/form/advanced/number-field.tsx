import { TextInput } from '@mantine/core';

interface NumberFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly min: number;
  readonly max?: number;
  readonly step?: number | 'any';
  readonly value: number | '';
  readonly error: string | undefined;
  readonly onChange: (value: number | '') => void;
}

/** A number, or nothing. The server judges it, so a number out of its range can be typed. */
export function NumberField({ value, step = 'any', onChange, ...field }: NumberFieldProps) {
  return (
    <TextInput
      {...field}
      type="number"
      step={step}
      value={value}
      onChange={({ currentTarget }) =>
        onChange(Number.isNaN(currentTarget.valueAsNumber) ? '' : currentTarget.valueAsNumber)
      }
    />
  );
}
