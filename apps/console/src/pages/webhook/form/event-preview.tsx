import type { EventType } from '../../../api/model.ts';
import { Choose } from '../../../ui/forms/choose.tsx';
import { EventTypeParts } from '../../event-types/event-type-parts.tsx';
import styles from './event-preview.module.css';

interface EventPreviewProps {
  readonly eventTypes: readonly EventType[];
  /** The event to show; null: the first. */
  readonly shown: string | null;
  readonly onShow: (name: string) => void;
}

/** What a receiver gets for one event, beside the list to choose events from. */
export function EventPreview({ eventTypes, shown, onShow }: EventPreviewProps) {
  const type = eventTypes.find(({ name }) => name === shown) ?? eventTypes[0];
  if (type === undefined) return null;
  return (
    <aside className={styles['preview']} aria-label="What a receiver gets">
      <Choose
        size="xs"
        label="What a receiver gets for"
        allowDeselect={false}
        data={eventTypes.map(({ name, displayName }) => ({ value: name, label: displayName }))}
        value={type.name}
        onChange={(name) => name !== null && onShow(name)}
      />
      <p className={styles['lead']}>{type.description}</p>
      <EventTypeParts type={type} />
    </aside>
  );
}
