// `npm run bench`: measures speed, cost and reliability. See tools/bench/README.md.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { POSTGRES_PRELOAD } from '../dev/servers/infrastructure.ts';
import { readArguments, USAGE } from './arguments.ts';
import type { BenchArguments } from './arguments.ts';
import { BenchProcess } from './child.ts';
import { showStatements, STATEMENT_COUNTER } from './costs/postgres-counts.ts';
import type { DriverOrder } from './driver.ts';
import { measureLimit } from './limit-process.ts';
import { limitOf } from './limit-rounds.ts';
import { report } from './figures/report.ts';
import { thisMachine } from './figures/this-machine.ts';
import { pairsReport, runOf, scrapedFirst } from './figures/scrape-pairs.ts';
import type { ScrapePair } from './figures/scrape-pairs.ts';
import { writeGrowth } from './growth/growth-files.ts';
import { Scraper } from './installation/scraper.ts';
import type { DriverResult } from './figures/result.ts';
import { Signet } from './installation/signet.ts';
import { runPeer } from './peer/run-peer.ts';
import { stopping, unlessStopped } from './stopping.ts';
import { UsageError } from './usage-error.ts';

/** Of a Signet that `growth` fills with webhooks: it seals their secrets itself. */
const SEALING_KEYS = `growth:${randomBytes(32).toString('base64')}`;

async function measure(
  signet: Signet,
  receiver: { url: string; pid: number },
  args: BenchArguments,
): Promise<DriverResult> {
  const driver = new BenchProcess('driver.ts');
  const { scenarios, messages, deliveries, direct, warmUp, storage, recorded, costs } = args;
  const { patienceSeconds, scrapeSeconds } = args;
  const growth = args.growth && { curves: args.growth.curves, quick: args.growth.quick, sealingKeys: SEALING_KEYS };
  const profileFolder = args.profileFolder === undefined ? undefined : resolve(args.profileFolder);
  const scraper = scrapeSeconds === undefined ? undefined : new Scraper(signet.localFile, scrapeSeconds * 1_000);
  const order: DriverOrder = {
    kind: 'order',
    localFile: signet.localFile,
    receiverUrl: receiver.url,
    receiverPid: receiver.pid,
    patienceMs: patienceSeconds * 1_000,
    ...{ scenarios, messages, deliveries, direct, warmUp, storage, recorded, profileFolder, costs, growth },
  };
  try {
    driver.send(order);
    return await unlessStopped(driver.message<DriverResult>('result'));
  } finally {
    const scraped = await scraper?.stop();
    if (scraped) console.error(`${scraped.scrapes} scrapes were answered, ${scraped.failures} were not`);
    await driver.stop();
  }
}

/** Runs the scenario without scrapes and with them, in turns. The warm-up comes once, before the first run: Signet is warm in all of them. */
async function measurePairs(
  signet: Signet,
  receiver: { url: string; pid: number },
  args: BenchArguments,
  count: number,
): Promise<DriverResult> {
  const [scenario = ''] = args.scenarios;
  const pairs: ScrapePair[] = [];
  const results: DriverResult[] = [];
  const run = async (scrapeSeconds: number | undefined) => {
    const warmUp = args.warmUp && results.length === 0;
    const result = await measure(signet, receiver, { ...args, warmUp, scrapeSeconds });
    results.push(result);
    return runOf(result.outcomes, scenario);
  };
  for (let pair = 0; pair < count; pair += 1) {
    console.error(`pair ${pair + 1} of ${count} …`);
    const first = await run(scrapedFirst(pair) ? args.scrapeSeconds : undefined);
    const second = await run(scrapedFirst(pair) ? undefined : args.scrapeSeconds);
    pairs.push(scrapedFirst(pair) ? { without: second, scraped: first } : { without: first, scraped: second });
  }
  console.log(`\n${pairsReport(pairs, `${args.scrapeSeconds}s`)}`);
  const [last] = results.slice(-1);
  if (last === undefined) throw new Error('There was no pair.');
  return {
    ...last,
    outcomes: results.flatMap(({ outcomes }) => outcomes),
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** A Signet of our own, whose processes can be observed where that is asked for. */
async function start({ profileFolder, costs, growth }: BenchArguments): Promise<Signet> {
  const observed = profileFolder !== undefined || costs === true;
  // Each process opens an inspector on a free port, when it is asked to.
  const nodeOptions = `${process.env['NODE_OPTIONS'] ?? ''} --inspect-port=127.0.0.1:0`.trim();
  const signet = await Signet.start(stopping.signal, {
    ...(observed && { NODE_OPTIONS: nodeOptions }),
    ...(costs && { [POSTGRES_PRELOAD]: STATEMENT_COUNTER }),
    ...(growth && { SIGNET_SEALING_KEYS: SEALING_KEYS }),
  });
  if (costs) await showStatements(signet.read());
  return signet;
}

async function main(args: BenchArguments): Promise<number> {
  const receiver = new BenchProcess('receiver.ts');
  let signet: Signet | undefined;
  try {
    const { port } = await unlessStopped(receiver.message<{ kind: 'listening'; port: number }>('listening'));
    const url = `http://127.0.0.1:${port}`;
    if (args.scenarios.length > 0) {
      console.error(args.use === undefined ? 'starting Signet …' : `using the Signet of ${args.use}`);
      signet = args.use === undefined ? await start(args) : Signet.running(args.use);
    }
    console.error('limit …');
    const before = await measureLimit(url);
    const to = { url, pid: receiver.pid };
    const result =
      signet && (await (args.pairs ? measurePairs(signet, to, args, args.pairs) : measure(signet, to, args)));
    console.error('limit, once more …');
    const limit = limitOf([before, await measureLimit(url)]);
    const machine = thisMachine();
    const measuredAt = new Date().toISOString();
    console.log(`\nMeasured on ${machine}, ${measuredAt}\n\n${report(limit, result)}`);
    if (args.growth && result) {
      const { quick, folder } = args.growth;
      await writeGrowth(result.outcomes, { folder, quick, measuredAt, machine, limit });
      console.log(`\nThe points and plots of growth are in ${folder}`);
    }
    if (args.json !== undefined) {
      const { outcomes = [], failures = [], memory = {}, unseen = [], costs = [] } = result ?? {};
      const figures = { measuredAt, machine, arguments: args, limit, outcomes, failures, memory, unseen, costs };
      writeFileSync(args.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
    const missing = result?.outcomes.reduce((sum, { ledger }) => sum + ledger.missing, 0) ?? 0;
    if (missing > 0) console.error(`\n${missing} accepted deliveries never arrived.`);
    return missing > 0 || (result?.failures.length ?? 0) > 0 ? 1 : 0;
  } finally {
    await receiver.stop();
    await signet?.stop();
  }
}

try {
  const args = readArguments(process.argv.slice(2));
  process.exitCode = args.peer === undefined ? await main(args) : await runPeer(args.peer, args);
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = 1;
}
// The channel to the bootstrap would keep us alive.
if (process.connected) process.disconnect();
