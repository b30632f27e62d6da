import type { EventType } from '../../api/model.ts';
import { Json } from '../../ui/display/code.tsx';
import { Tag } from '../../ui/feedback/status.tsx';
import styles from './event-type-parts.module.css';
import { fieldsOfSchema } from './schema-fields.ts';

/** The fields of an event type, an example of what a receiver gets, and its schema. */
export function EventTypeParts({ type }: { readonly type: EventType }) {
  const fields = fieldsOfSchema(type.schema);
  return (
    <div className={styles['parts']}>
      {fields.length > 0 && (
        <>
          <h3 className={styles['part']}>Fields</h3>
          <dl className={styles['fields']}>
            {fields.map((field) => (
              <div key={field.name} className={styles['field']}>
                <dt>
                  <code>{field.name}</code>
                  {field.isRequired && <Tag>Required</Tag>}
                </dt>
                <dd>
                  <span className="soft">{field.type}</span>
                  {field.description && <> · {field.description}</>}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <h3 className={styles['part']}>Example</h3>
      <Json value={{ type: type.name, timestamp: '2026-11-23T20:05:26.164Z', data: type.example }} what="the example" />
      <details className={styles['schema']}>
        <summary>JSON Schema of data</summary>
        <Json value={type.schema} what="the schema" />
      </details>
    </div>
  );
}
