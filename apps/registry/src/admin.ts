/**
 * `node apps/registry/dist/admin.js reseal`, with the registry's settings: the commands that signet-admin runs in the
 * registry.
 */
import { runAdminCommand } from '@signet/service-kit';
import { COMMANDS } from './admin/commands.ts';

await runAdminCommand('registry', COMMANDS);
