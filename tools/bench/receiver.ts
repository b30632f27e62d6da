// The receiver as a process of its own, started by run.ts; it tells its port and lives until its channel closes. Argument: the port; without
// one any free port.
import { ReceiverServer } from './receiver/receiver-server.ts';

const port = await new ReceiverServer().listen(Number(process.argv[2] ?? 0));
process.send?.({ kind: 'listening', port });
process.once('disconnect', () => process.exit(0));
