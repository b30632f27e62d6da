import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import { withAdmin } from './admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';

/** What a user may do, where Kafka has an authorizer. */
export interface Acl {
  readonly user: string;
  readonly operation: 'READ' | 'WRITE' | 'CREATE' | 'DELETE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';
  readonly on: 'TOPIC' | 'GROUP';
  /** As Kafka has it, with the prefix; with `*` at its end all names that begin so. */
  readonly name: string;
}

/** Adds to what users may do. The client must be one that may do so. */
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
