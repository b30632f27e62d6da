import type { EventEmitter } from 'node:events';

type Listener = () => void;

/**
 * One timer that turns the statistics window of every breaker. opossum takes an EventEmitter for this, whose removal of
 * a listener searches a list: with 100,000 breakers that is quadratic, so the controller here is a plain set.
 */
export class BucketRotation {
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly intervalMs: number,
    private readonly afterRotation: () => void,
  ) {}

  /** The part of EventEmitter that opossum's Status calls. */
  readonly controller = {
    on: (_event: unknown, listener: Listener) => this.listeners.add(listener),
    removeListener: (_event: unknown, listener: Listener) => this.listeners.delete(listener),
    listenerCount: (_event: unknown, listener: Listener) => (this.listeners.has(listener) ? 1 : 0),
  } as unknown as EventEmitter;

  start(): void {
    this.timer ??= setInterval(() => {
      for (const rotate of this.listeners) rotate();
      this.afterRotation();
    }, this.intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
