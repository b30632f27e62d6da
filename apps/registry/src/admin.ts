/** `node apps/registry/dist/admin.js reseal`, with the settings of the registry: the commands that signet-admin asks of it. */
import { runAdminCommand } from '@signet/service-kit';
import { COMMANDS } from './admin/commands.ts';

await runAdminCommand('registry', COMMANDS);
