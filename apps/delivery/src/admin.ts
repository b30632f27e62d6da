/** `node apps/delivery/dist/admin.js reseal`, with delivery's settings: the commands that signet-admin asks of it. */
import { runAdminCommand } from '@signet/service-kit';
import { COMMANDS } from './commands/commands.ts';

await runAdminCommand('delivery', COMMANDS);
