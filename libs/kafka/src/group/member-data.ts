import kafkajs from 'kafkajs';
import type { Assignment } from './sticky-assignment.ts';

const { MemberMetadata } = kafkajs.AssignerProtocol;

/** The facts about itself that a member tells its group, as the user data of its subscription. */
export interface MemberData {
  /** The partitions that it has, or had last. */
  readonly had: Assignment;
  /** Where its process runs. Only one process can be there at a time; undefined where no such place is known. */
  readonly place?: string | undefined;
}

/** No topic can have this name, so a member of version 0.1.0, which knows the partitions only, passes over it. */
const PLACE = '@place';

/** @returns the subscription as Kafka's consumer protocol writes it */
export function encodeMember(topics: string[], { had, place }: MemberData): Buffer {
  const userData = Buffer.from(JSON.stringify(place === undefined ? had : { ...had, [PLACE]: place }));
  return MemberMetadata.encode({ version: 0, topics, userData });
}

/** @param metadata empty while the group rebalances: the coordinator does not give it out then */
export function decodeMember(metadata: Buffer): MemberData {
  const text = metadata.length === 0 ? '' : (MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '');
  if (text === '') return { had: {} };
  const { [PLACE]: place, ...had } = JSON.parse(text) as Record<string, unknown>;
  return { had: had as Assignment, ...(typeof place === 'string' && { place }) };
}
