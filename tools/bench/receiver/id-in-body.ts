/** Requests to such a path carry the message's id somewhere in their body, and need no `webhook-id`: for senders that give ids of their own. */
export const ID_IN_BODY = '/body/';

const MARK = 'bench-id:';
const UUID_LENGTH = 36;

/** The id as it is to stand in the body, in any field and also within a JSON text in JSON. */
export const markedId = (id: string): string => `${MARK}${id}`;

/** Empty when there is none. */
export function idInBody(body: Buffer): string {
  const at = body.indexOf(MARK);
  return at === -1 ? '' : body.toString('latin1', at + MARK.length, at + MARK.length + UUID_LENGTH);
}
