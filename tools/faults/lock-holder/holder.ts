// The process of lock-holder.ts that has the lock: in a network namespace of its own, told by its parent where PostgreSQL is.
import { faultRelay } from './fault-relay.ts';

process.send?.('here');
process.once('message', (url: string) => {
  const relay = faultRelay(url, (streams) => process.send?.({ published: streams }));
  relay.start();
  const timer = setInterval(() => {
    if (relay.role !== 'publishing') return;
    clearInterval(timer);
    process.send?.('publishing');
  }, 50);
});
process.once('disconnect', () => process.exit(0));
