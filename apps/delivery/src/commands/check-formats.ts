import type { WriteFormats } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { checked, isReadBefore, ok, requireReaders, warning } from '@signet/service-kit';
import type { Checked } from '@signet/service-kit';
import type { Client } from 'pg';
import { findUnread, LOOKED_AT_MOST } from './unread-requests.ts';

const CHECK = 'write-formats';
const NAME = 'request-bundles';

/**
 * Checks whether all users of the schema can read the format that we are set to write, and whether unread records exist in a
 * format that the previous version cannot read: then it is too early to go back to that version. The check changes nothing.
 */
export async function checkFormats(
  client: Client,
  kafka: KafkaClientOptions,
  formats: WriteFormats,
): Promise<readonly Checked[]> {
  const told = await checked(CHECK, async () => {
    await requireReaders(client, 'delivery', formats);
    return [ok(CHECK, 'Every service that uses the schema delivery reads the formats that are written.')];
  });
  return [...told, await unread(client, kafka, formats)];
}

async function unread(client: Client, kafka: KafkaClientOptions, formats: WriteFormats): Promise<Checked> {
  const isNew = (format: number): boolean => !isReadBefore(NAME, format);
  const found = await findUnread(client, kafka, isNew);
  switch (found.kind) {
    case 'none':
      return ok(CHECK, 'Every unread request has a format that the version before reads, too.');
    case 'many':
      return warning(
        CHECK,
        `${found.records} records of requests are unread. Their formats are looked at below ${LOOKED_AT_MOST}: until then do not go back to the version before.`,
      );
    case 'not-allowed':
      return warning(
        CHECK,
        `Whether unread requests have a format that the version before does not read is not known: ${found.why}.`,
      );
    case 'found': {
      const sentence = `Unread requests have the format ${NAME}=${found.format}: the version before would set them aside as dead letters.`;
      // While the new format is written, there are always unread records of it.
      return isNew(formats[NAME])
        ? ok(CHECK, sentence)
        : warning(CHECK, `${sentence} Do not go back to it before they are read.`);
    }
  }
}
