import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { WebhookHistoryEntry, Webhook } from '../../../api/model.ts';
import { fromLocalInput, toLocalInput, zoneName } from '../../../format/time.ts';
import { History } from '../../../ui/display/history.tsx';
import { Dropdown } from '../../../ui/lists/dropdown.tsx';
import { ChoiceFilter, FilterBar, useFilters } from '../../../ui/lists/filters.tsx';
import { EntryChanges } from './entry-changes.tsx';
import { HISTORY_KINDS, matchingPage, READ_AT_MOST, READ_LIMIT } from './history-kinds.ts';
import { StateAt } from './state-at.tsx';

/** The events of the webhook with actor and time, and the webhook's state at each of them. */
export function WebhookHistory({ webhook }: { readonly webhook: Webhook }) {
  const [at, setAt] = useState<string | null>(null);
  const filters = useFilters(['kind']);
  const kind = HISTORY_KINDS.find(({ value }) => value === filters.get('kind'));
  return (
    <>
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} field="kind" name="Kind" choices={HISTORY_KINDS} />
      </FilterBar>
      <History
        of={{ webhookId: webhook.id }}
        param="page"
        filter={
          kind && {
            key: kind.value,
            readAtMost: READ_AT_MOST,
            find: ({ limit, cursor }, read) =>
              matchingPage(kind.types, limit, cursor, (from) => read({ limit: READ_LIMIT, cursor: from })),
          }
        }
        about={(entry) => <EntryChanges webhookId={webhook.id} entry={entry} />}
        actions={<TimeButton onChosen={setAt} />}
        onShow={({ at: then }: WebhookHistoryEntry) => setAt(then)}
      />
      {at !== null && <StateAt webhook={webhook} at={at} onClose={() => setAt(null)} />}
    </>
  );
}

function TimeButton({ onChosen }: { readonly onChosen: (at: string) => void }) {
  const [opened, { toggle, close }] = useDisclosure();
  const [text, setText] = useState(() => toLocalInput(new Date()));
  const at = fromLocalInput(text);
  return (
    <span style={{ position: 'relative' }}>
      <Button variant="default" onClick={toggle} aria-haspopup="dialog" aria-expanded={opened}>
        State at a time …
      </Button>
      {opened && (
        <Dropdown label="State at a time" align="end" onClose={close}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (at === undefined) return;
              close();
              onChosen(at);
            }}
          >
            <Stack gap="sm">
              <TextInput
                size="xs"
                type="datetime-local"
                label={`State at (${zoneName()})`}
                value={text}
                onChange={({ currentTarget }) => setText(currentTarget.value)}
              />
              <Group justify="flex-end">
                <Button type="submit" disabled={at === undefined}>
                  Show
                </Button>
              </Group>
            </Stack>
          </form>
        </Dropdown>
      )}
    </span>
  );
}
