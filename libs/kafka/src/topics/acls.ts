import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import { withAdmin } from './admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';

/** A right of a user, on a Kafka with an authorizer. */
export interface Acl {
  readonly user: string;
  readonly operation: 'READ' | 'WRITE' | 'CREATE' | 'DELETE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';
  readonly on: 'TOPIC' | 'GROUP';
  /** The name on Kafka, with the prefix. A `*` at its end means all names that begin like this. */
  readonly name: string;
}

/** Gives users more rights. The client must have the right to do that. */
export const createAcls = async (client: KafkaClientOptions, acls: readonly Acl[]): Promise<void> =>
  withAdmin(client, async (admin) => void (await admin.createAcls({ acl: acls.map(entryOf) })));

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const entryOf = ({ user, operation, on, name }: Acl): AclEntry => ({
  principal: `User:${user}`,
  host: '*',
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: AclResourceTypes[on],
  resourceName: name.replace(/\*$/, ''),
  resourcePatternType: ResourcePatternTypes[name.endsWith('*') ? 'PREFIXED' : 'LITERAL'],
});
