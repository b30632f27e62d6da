import { Button, Group, Radio } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Name } from '../../../ui/display/name.tsx';
import type { Choice, Choices, Conflict } from './conflicts.ts';
import styles from './conflict-choice.module.css';

interface ConflictChoiceProps {
  readonly conflicts: readonly Conflict[];
  readonly isSaving: boolean;
  readonly onSave: (choices: Choices) => void;
  readonly onDiscard: () => void;
}

/** What another user has changed meanwhile, with both values of each field; one of them is chosen. */
export function ConflictChoice({ conflicts, isSaving, onSave, onDiscard }: ConflictChoiceProps) {
  const [chosen, setChosen] = useState<Choices>({});
  const head = useRef<HTMLHeadingElement>(null);
  // The button that was pressed stands at the end of a long form.
  useEffect(() => head.current?.focus(), []);
  const choiceOf = ({ field, preferred }: Conflict): Choice => chosen[field] ?? preferred;
  return (
    <section className={styles['panel']} aria-label="Changes of another user">
      <div>
        <h3 className={styles['title']} ref={head} tabIndex={-1}>
          Another user has changed this webhook meanwhile
        </h3>
        <p className="soft">
          {conflicts.length === 0 ? 'No difference is left.' : 'Choose a value for each field.'} What only you have
          changed is saved as well.
        </p>
      </div>
      {conflicts.map((conflict) => (
        <Radio.Group
          key={conflict.field}
          label={conflict.title}
          value={choiceOf(conflict)}
          onChange={(value) => setChosen((before) => ({ ...before, [conflict.field]: value as Choice }))}
        >
          <div className={styles['values']}>
            <Value choice="theirs" name="Theirs" text={conflict.theirs} />
            <Value choice="mine" name="Yours" text={conflict.mine} />
          </div>
        </Radio.Group>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onDiscard}>
          Discard all of mine
        </Button>
        <Button
          loading={isSaving}
          onClick={() => onSave(Object.fromEntries(conflicts.map((one) => [one.field, choiceOf(one)])))}
        >
          Save the chosen values
        </Button>
      </Group>
    </section>
  );
}

interface ValueProps {
  readonly choice: Choice;
  readonly name: string;
  readonly text: string;
}

const Value = ({ choice, name, text }: ValueProps) => (
  <div className={styles['value']}>
    <Radio size="xs" value={choice} label={name} description={<Name>{text}</Name>} />
  </div>
);
