/** `node apps/delivery/dist/admin.js reseal`, with delivery's settings: runs delivery's commands for signet-admin. */
import { runAdminCommand } from '@signet/service-kit';
import { COMMANDS } from './commands/commands.ts';

await runAdminCommand('delivery', COMMANDS);
