import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameServer, selfSigned } from '@signet/testing';
import { Signet } from '../bench/installation/signet.ts';
import {
  againInOwnNetwork,
  blackhole,
  isInOwnNetwork,
  letAnswersThrough,
  loseAnswers,
  NAME_SERVER,
  prepareOwnNetwork,
  RECEIVERS_NET,
  undoBlackhole,
} from './platform/own-network.ts';
import { Receivers, receiversOf } from './platform/receivers.ts';
import { tableOf, wrongWith } from './platform/report.ts';
import { DEAD, HOSTS, Scene, TENANTS } from './platform/scene.ts';
import type { Fault, Outcome } from './platform/scene.ts';

/** Seconds where production has minutes, so that ten failures in a row take no five hours. */
const SETTINGS = {
  SIGNET_EGRESS_ALLOW: RECEIVERS_NET,
  SIGNET_RETRY_SCHEDULE: '1s,2s,2s,2s',
  SIGNET_REQUEST_TIMEOUT: '5s',
};

function faultsOf(scene: Scene, bundle: { file: string; cert: string }): Fault[] {
  const { pid } = scene.others;
  return [
    {
      name: 'resolver dead',
      begin: () => void (scene.isResolverDead = true),
      end: () => void (scene.isResolverDead = false),
    },
    { name: 'route gone (blackhole)', begin: blackhole, end: undoBlackhole },
    { name: 'answers lost on the way', begin: () => loseAnswers(pid), end: () => letAnswersThrough(pid) },
    {
      name: 'CA bundle broken',
      begin: () => (writeFileSync(bundle.file, 'no certificate\n'), scene.restartDelivery()),
      end: () => (writeFileSync(bundle.file, bundle.cert), scene.restartDelivery()),
    },
  ];
}

/**
 * The platform breaks under load to 50 hosts of 10 tenants, with the built services and real routes, names and certificates.
 * After each fault no delivery is lost, no webhook is disabled, no attempt is spent, and every delivery is made within a minute. Then
 * three of the fifty receivers really die, and only their webhooks are disabled.
 */
export default async function platform(_args: readonly string[], stopping: AbortSignal): Promise<number> {
  if (!isInOwnNetwork()) return againInOwnNetwork(stopping);
  const folder = mkdtempSync(join(tmpdir(), 'signet-faults-'));
  prepareOwnNetwork(folder);
  const identity = selfSigned('receivers.example', {}, ['*.receivers.example']);
  const bundle = { file: join(folder, 'authorities.pem'), cert: identity.cert };
  writeFileSync(bundle.file, bundle.cert);
  const addressOf = new Map(receiversOf(HOSTS, TENANTS).map(({ name, address }) => [name, address]));
  let scene: Scene | undefined;
  const names = await nameServer(
    (name) => (scene?.isResolverDead ? undefined : [addressOf.get(name)].filter((one) => one !== undefined)),
    { address: NAME_SERVER, port: 53 },
  );
  let others: Receivers | undefined;
  let signet: Signet | undefined;
  try {
    others = await Receivers.start(receiversOf(HOSTS, TENANTS), identity);
    console.error('starting Signet …');
    signet = await Signet.start(stopping, { ...SETTINGS, NODE_EXTRA_CA_CERTS: bundle.file });
    scene = new Scene(signet, others, stopping);
    await scene.register();
    const rows: Outcome[] = [];
    for (const fault of faultsOf(scene, bundle)) {
      rows.push(await scene.suffer(fault));
      console.error(`  ${wrongWith(rows.at(-1)!) ?? 'as promised'}`);
    }
    const wrongWithDead = await scene.loseSome();
    console.log(
      `\n${tableOf(rows)}\n\n${DEAD} of ${HOSTS} receivers dead: ${wrongWithDead ?? 'they are disabled, and no other receiver is'}`,
    );
    return rows.some((row) => wrongWith(row) !== undefined) || wrongWithDead !== undefined ? 1 : 0;
  } finally {
    await signet?.stop();
    await others?.stop();
    names.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
