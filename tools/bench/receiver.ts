// The receiver as a process of its own, started by run.ts; it tells its port and lives until its channel closes.
import { ReceiverServer } from './receiver/receiver-server.ts';

const port = await new ReceiverServer().listen();
process.send?.({ kind: 'listening', port });
process.once('disconnect', () => process.exit(0));
