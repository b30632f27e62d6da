import { setTimeout as delay } from 'node:timers/promises';
import type { FormatName } from '@signet/contracts';
import { signetAdmin } from './services/admin.ts';
import type { AdminAnswer } from './services/admin.ts';
import { earlierVersion, thisVersion } from './services/earlier-version.ts';
import type { BuiltVersion } from './services/earlier-version.ts';
import { readBooks, recordedSuccesses } from './load/ledger.ts';
import { finding, tableOf } from './report.ts';
import type { Row } from './report.ts';
import { shelvedOfFormat, shelvedRequests, timesOfFormat, unreadOfFormat } from './requests-topic.ts';
import { Stage } from './stage.ts';

/** The format that this version can write and the version before cannot read. */
const SWITCHED: { readonly name: FormatName; readonly format: string } = { name: 'request-bundles', format: '2' };
const SWITCH_ON = { SIGNET_WRITE_FORMATS: `${SWITCHED.name}=${SWITCHED.format}` };
const SWITCH_OFF = { SIGNET_WRITE_FORMATS: '' };
/** EX_UNAVAILABLE: another try helps. */
const EXIT_UNAVAILABLE = 69;

/** The line of `signet-admin check` when no unread record of the new format is left. */
const ALL_READ = 'Every unread request has a format that the version before reads';

const DEFAULT_SECONDS = 20;
const READ_WITHIN_MS = 180_000;
/** From the end of the load on: everything has come, and is recorded. */
const SETTLED_WITHIN_MS = 180_000;

/** One after the other, as docs/guides/upgrading.md has it. */
const UPWARDS = ['registry', 'ingestion', 'delivery'] as const;
const DOWNWARDS = UPWARDS.toReversed();

const say = (line: string): void => console.error(line);

/**
 * The version before and this one, side by side on one Kafka and one PostgreSQL under load: forward, the new wire format switched on and
 * off, back, and forward again. Every message that was accepted must have come and be recorded.
 *
 * @returns the exit code: 1 where a message is missing or another promise was broken
 */
export async function sideBySide(args: readonly string[], signal: AbortSignal): Promise<number> {
  const seconds = Number(args[0] ?? DEFAULT_SECONDS);
  if (!(seconds >= 5)) throw new Error('npm run side-by-side [-- seconds of each step]; at least 5');
  const before = await earlierVersion(say, signal);
  const now = thisVersion();
  say('Starting PostgreSQL and Kafka …');
  const stage = await Stage.open(signal);
  try {
    return await new Update(stage, before, now, seconds, signal).run();
  } finally {
    await stage.close();
  }
}

class Update {
  readonly #stage: Stage;
  readonly #before: BuiltVersion;
  readonly #now: BuiltVersion;
  readonly #seconds: number;
  readonly #signal: AbortSignal;
  readonly #rows: Row[] = [];
  /** From when the switch was set on until no replica wrote the new format any more; milliseconds since the epoch. */
  readonly #switchedOn: { from: number; to: number }[] = [];
  readonly #faults: string[] = [];
  #leftAtSwitchOff = '';
  #newcomers = 0;

  constructor(stage: Stage, before: BuiltVersion, now: BuiltVersion, seconds: number, signal: AbortSignal) {
    this.#stage = stage;
    this.#before = before;
    this.#now = now;
    this.#seconds = seconds;
    this.#signal = signal;
  }

  async run(): Promise<number> {
    const [old, now] = [this.#before.version, this.#now.version];
    for (const service of UPWARDS) await this.#stage.fleet.join(service, this.#before);
    await this.#stage.beginLoad();
    await this.#step(`${old} alone`, () => undefined);
    await this.#step('tables are expanded', () => this.#expand());
    await this.#step(`${now} joins`, () => this.#join(this.#now, UPWARDS));
    await this.#step(
      `${old} leaves`,
      () => this.#leave(this.#before, UPWARDS),
      () => this.#contract(),
    );
    await this.#step(`${SWITCH_ON.SIGNET_WRITE_FORMATS}`, () => this.#switchOn());
    await this.#step('the format before', () => this.#switchOff());
    await this.#step(`${old} joins`, () => this.#join(this.#before, DOWNWARDS));
    await this.#step(`${now} leaves`, () => this.#leave(this.#now, DOWNWARDS));
    await this.#step(`${now} joins again`, async () => {
      await this.#admin({ expected: 0 }, 'migrate');
      await this.#join(this.#now, UPWARDS);
    });
    await this.#step(`${old} leaves again`, () => this.#leave(this.#before, UPWARDS));
    await this.#step(`${SWITCH_ON.SIGNET_WRITE_FORMATS} again`, () => this.#switchOn());
    return this.#settle();
  }

  /** Under load: does it while some receivers are down, lets both go on for a while, and notes who did what. */
  async #step(name: string, change: () => Promise<void> | void, after?: () => Promise<void>): Promise<void> {
    const { mood, load, receiver, fleet } = this.#stage;
    say(`${name} …`);
    const accepted = new Map(load.acceptedBy);
    const posts = receiver.posts.length;
    const startedAt = performance.now();
    mood.isDown = true;
    await change();
    const changedInMs = performance.now() - startedAt;
    const pause = () => delay((this.#seconds * 1_000) / 2, undefined, { signal: this.#signal });
    await pause();
    mood.isDown = false;
    const shelved = await shelvedRequests(this.#stage.database);
    this.#newcomers += await this.#stage.newcomers();
    await after?.();
    await pause();
    const since = (way: string) => (load.acceptedBy.get(way) ?? 0) - (accepted.get(way) ?? 0);
    const made = receiver.posts.slice(posts).map(({ pid }) => fleet.versions.get(pid));
    const of = (version: string) => ({
      accepted: since(version),
      posts: made.filter((one) => one === version).length,
    });
    this.#rows.push({
      name,
      changedInMs,
      kafka: since('kafka'),
      before: of(this.#before.version),
      now: of(this.#now.version),
      shelved,
      missing: load.ledger.missing,
    });
    const [dead] = [...fleet.dead, ...fleet.wrongEnds];
    if (dead !== undefined) throw new Error(dead);
  }

  async #expand(): Promise<void> {
    // The tables are still those of the version before: `check` warns of that, and it is no fault.
    await this.#admin({ expected: 0 }, 'check');
    await this.#admin({ expected: 0 }, 'migrate');
  }

  async #contract(): Promise<void> {
    await this.#admin({ expected: 0 }, 'migrate', '--phase', 'contract');
    await this.#admin({ expected: 0 }, 'check');
  }

  async #join(version: BuiltVersion, services: typeof UPWARDS | typeof DOWNWARDS): Promise<void> {
    for (const service of services) await this.#stage.fleet.join(service, version);
    // Beside a version that does not read it, the new format is refused.
    const { code, told } = await this.#stage.fleet.refusal('delivery', this.#now, SWITCH_ON);
    if (code !== EXIT_UNAVAILABLE || !told.includes(SWITCHED.name))
      this.#faults.push(
        `delivery was told to write ${SWITCHED.name}=${SWITCHED.format} beside ${this.#before.version}, and ended with ${code}: ${told}`,
      );
    const { lines } = await this.#admin({ expected: 1, settings: SWITCH_ON }, 'check');
    if (!lines.some((line) => line.startsWith('fault') && line.includes(SWITCHED.name)))
      this.#faults.push(
        `signet-admin check said nothing of the format beside ${this.#before.version}:\n${lines.join('\n')}`,
      );
  }

  async #leave({ version }: BuiltVersion, services: typeof UPWARDS | typeof DOWNWARDS): Promise<void> {
    const { fleet } = this.#stage;
    for (const service of services) await fleet.leave([...fleet.of(service, version)]);
  }

  async #switchOn(): Promise<void> {
    const from = Date.now();
    await this.#stage.fleet.roll('delivery', this.#now, SWITCH_ON);
    this.#switchedOn.push({ from, to: Number.POSITIVE_INFINITY });
    await this.#admin({ expected: 0, settings: SWITCH_ON }, 'check');
  }

  /** Resolves when `signet-admin check` says that no record of the new format is unread. What it says is compared with Kafka and PostgreSQL. */
  async #switchOff(): Promise<void> {
    const { fleet, kafka, database } = this.#stage;
    await fleet.roll('delivery', this.#now, SWITCH_OFF);
    this.#switchedOn.at(-1)!.to = Date.now();
    const left = () =>
      Promise.all([unreadOfFormat(kafka, SWITCHED.format), shelvedOfFormat(database, SWITCHED.format)]);
    const [unread, shelved] = await left();
    this.#leftAtSwitchOff = `${unread} unread on Kafka and ${shelved} on the shelf when it was switched off`;
    await this.#stage.until('all requests of the new format read', READ_WITHIN_MS, async () => {
      const { lines } = await this.#admin({ expected: 0 }, 'check');
      return lines.some((line) => line.startsWith('ok') && line.includes(ALL_READ));
    });
    const stillLeft = await left();
    if (stillLeft.some((count) => count > 0))
      this.#faults.push(
        `signet-admin check found no unread request of the new format, but on Kafka and on the shelf there are ${stillLeft.join(' and ')}`,
      );
  }

  async #admin(
    { expected, settings = {} }: { expected: number; settings?: Record<string, string> },
    ...args: string[]
  ): Promise<AdminAnswer> {
    const answer = await signetAdmin(this.#now, { ...this.#stage.settings, ...settings }, ...args);
    if (answer.code !== expected)
      this.#faults.push(`signet-admin ${args.join(' ')} ended with ${answer.code}:\n${answer.lines.join('\n')}`);
    return answer;
  }

  async #settle(): Promise<number> {
    const { load, mood, database, kafka, tenants } = this.#stage;
    say('the load ends …');
    mood.isKind = true;
    await load.stop();
    const isSettled = async (): Promise<boolean> => {
      const { unfinished } = await readBooks(database, kafka);
      return unfinished === 0 && load.ledger.missing === 0;
    };
    await this.#stage
      .until('settled', SETTLED_WITHIN_MS, isSettled)
      .catch((error: Error) => this.#faults.push(error.message));
    this.#signal.throwIfAborted();
    const books = await readBooks(database, kafka);
    const recorded = await recordedSuccesses(database, tenants, load.acceptedIds);
    const written = await timesOfFormat(kafka, SWITCHED.format);
    const spans = this.#switchedOn.map(({ from, to }) => written.filter((time) => time >= from && time <= to).length);
    const outside = written.length - spans.reduce((sum, count) => sum + count, 0);
    const found = finding({
      ledger: load.ledger,
      books,
      recorded,
      spans,
      outside,
      refusal: load.firstError,
      faults: this.#faults,
    });
    console.log(`\n${tableOf(this.#rows, this.#before.version, this.#now.version)}\n`);
    console.log(
      `${this.#newcomers} webhooks were registered meanwhile, through each registry, and got what was sent to each ingestion`,
    );
    console.log(
      `${SWITCHED.name}=${SWITCHED.format}: ${spans.join(' and ')} records while it was switched on, ${outside} at other times; ${this.#leftAtSwitchOff}`,
    );
    for (const line of found.lines) console.log(line);
    for (const fault of found.faults) console.log(`FAULT: ${fault}`);
    return found.faults.length === 0 ? 0 : 1;
  }
}
