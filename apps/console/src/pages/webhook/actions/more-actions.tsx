import { ActionIcon, Menu } from '@mantine/core';
import type { Webhook } from '../../../api/model.ts';
import { DotsIcon, PauseIcon, PlayIcon, ReplayIcon, TrashIcon } from '../../../ui/display/icons.tsx';

export type Chosen = 'enable' | 'disable' | 'delete' | 'replay';

interface MoreActionsProps {
  readonly webhook: Webhook;
  readonly onChosen: (action: Chosen) => void;
}

/** The actions that are needed less often, in a menu. */
export function MoreActions({ webhook, onChosen }: MoreActionsProps) {
  return (
    <Menu withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More actions">
          <DotsIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {webhook.isActive ? (
          <Menu.Item leftSection={<PauseIcon size={14} />} onClick={() => onChosen('disable')}>
            Disable …
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<PlayIcon size={14} />} onClick={() => onChosen('enable')}>
            Enable …
          </Menu.Item>
        )}
        <Menu.Item leftSection={<ReplayIcon size={14} />} onClick={() => onChosen('replay')}>
          Replay messages …
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item c="var(--bad)" leftSection={<TrashIcon size={14} />} onClick={() => onChosen('delete')}>
          Delete …
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
