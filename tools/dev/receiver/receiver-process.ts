import { join } from 'node:path';
import type { DataDir } from '../data-folder/data-dir.ts';
import { say, warn } from '../progress.ts';
import type { FromReceiver, ToReceiver } from './receiver-messages.ts';
import type { RunningFile } from '../data-folder/running-file.ts';
import { Supervised } from '../services/supervised.ts';

/** More deliveries than these in a second are counted instead of shown: a load would drown the terminal. */
const LINES_A_SECOND = 5;

/** The bundled receiver, as the supervisor sees it. */
export class ReceiverProcess {
  readonly port: number;
  readonly url: string;
  readonly process: Supervised;
  readonly #awaited = new Set<string>();
  /**
   * Ids of the deliveries with a right signature, kept until an awaited one is among them: a delivery may arrive before `awaitEvent` is
   * called for its event.
   */
  readonly #verified = new Set<string>();
  #arrived = false;
  #secrets: readonly string[] = [];
  #listening = false;
  #second = 0;
  #shown = 0;
  #counted = 0;

  constructor(options: { port: number; dataDir: DataDir; running: RunningFile }) {
    const { port, dataDir, running } = options;
    this.port = port;
    this.url = `http://127.0.0.1:${port}/webhooks`;
    this.process = new Supervised({
      name: 'receiver',
      script: 'tools/dev/receiver/receiver.ts',
      logFile: join(dataDir.logs, 'receiver.log'),
      env: { PATH: process.env['PATH'], RECEIVER_PORT: String(port) },
      onMessage: (message) => this.#take(message as FromReceiver),
      isReady: async () => this.#listening,
      onStart: (pid) => {
        this.#listening = false;
        running.add('receiver', pid);
      },
      onReady: () => this.trust(this.#secrets),
      log: say,
      warn,
    });
  }

  /** The secrets by which the receiver verifies from now on. */
  trust(secrets: readonly string[]): void {
    this.#secrets = secrets;
    const child = this.process.child?.process;
    if (child?.connected) child.send({ secrets } satisfies ToReceiver);
  }

  /** Waits also for this event, which was just posted. */
  awaitEvent(eventId: string): void {
    this.#awaited.add(eventId);
    this.#look();
  }

  /** Whether one of the awaited events has come, with a signature that is right. */
  get hasArrived(): boolean {
    return this.#arrived;
  }

  #look(): void {
    this.#arrived ||= [...this.#awaited].some((eventId) => this.#verified.has(eventId));
    if (this.#arrived) this.#verified.clear();
  }

  #take(message: FromReceiver): void {
    if (message.kind === 'listening') {
      this.#listening = true;
      return;
    }
    const { eventId, eventType, bytes, refusedBecause } = message;
    if (refusedBecause === undefined && !this.#arrived) {
      this.#verified.add(eventId);
      this.#look();
    }
    const judged = refusedBecause === undefined ? 'signature verified' : `refused: ${refusedBecause}`;
    this.#show(`receiver got ${eventType ?? 'a request'} ${eventId} (${bytes} bytes), ${judged}`);
  }

  #show(line: string): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      if (this.#counted > 0) say(`receiver got ${this.#counted} more`);
      [this.#second, this.#shown, this.#counted] = [second, 0, 0];
    }
    if (this.#shown++ < LINES_A_SECOND) say(line);
    else this.#counted++;
  }
}
