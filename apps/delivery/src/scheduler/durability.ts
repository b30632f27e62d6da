/**
 * Whether a delivery that was read from Kafka needs its record no longer. `durable`: PostgreSQL has the delivery, so that the offset
 * may be committed. `dropped`: the delivery was given up before, because its partition is lost: the partition's new owner begins
 * with the record.
 */
export class Durability {
  private state: 'open' | 'durable' | 'dropped' = 'open';
  private listeners: ((isDurable: boolean) => void)[] = [];

  get isDurable(): boolean {
    return this.state === 'durable';
  }

  /** Only the first call has an effect. */
  settle(isDurable: boolean): void {
    if (this.state !== 'open') return;
    this.state = isDurable ? 'durable' : 'dropped';
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener(isDurable);
  }

  /** Calls the listener once: when it is settled, or at once if it is. */
  onSettled(listener: (isDurable: boolean) => void): void {
    if (this.state === 'open') this.listeners.push(listener);
    else listener(this.state === 'durable');
  }
}
