import { execFileSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

export interface InnerAddress {
  /** Which kind of inner address it is, for people. */
  readonly kind: 'private' | 'link-local' | 'unique-local (IPv6)' | 'link-local (IPv6)';
  /** undefined: this machine has none and none could be added. */
  readonly address: string | undefined;
  /** Why there is none; empty where there is one. */
  readonly lacking: string;
}

export interface InnerAddresses {
  readonly all: readonly InnerAddress[];
  /** Takes away those that were added. */
  remove(): void;
}

/** Two bytes that are this process's own, so that tests that run at once do not take each other's addresses away. */
const OWN = [(process.pid >> 8) & 0xff, process.pid & 0xff] as const;

const WANTED = {
  private: `10.213.${OWN.join('.')}/32`,
  // Not in 169.254.169.0/24, where clouds have their metadata.
  'link-local': `169.254.${(OWN[0] % 100) + 1}.${OWN[1]}/32`,
  'unique-local (IPv6)': `fd5e:516e:e7::${process.pid.toString(16)}/128`,
  'link-local (IPv6)': `fe80::516e:${process.pid.toString(16)}/64`,
} as const satisfies Record<InnerAddress['kind'], string>;

const KINDS: Record<InnerAddress['kind'], RegExp> = {
  private: /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/,
  'link-local': /^169\.254\./,
  'unique-local (IPv6)': /^f[cd]/,
  'link-local (IPv6)': /^fe80:/,
};

/**
 * Real addresses of the kinds that nothing may be sent to, for a canary to listen on: added to the loopback interface,
 * which takes root on Linux, or else those that the machine has.
 */
export function innerAddresses(): InnerAddresses {
  const added: string[] = [];
  const all = Object.entries(WANTED).map(([name, cidr]): InnerAddress => {
    const kind = name as InnerAddress['kind'];
    const [wanted = ''] = cidr.split('/');
    const failure = ip('add', cidr);
    if (failure === null) {
      added.push(cidr);
      return { kind, address: wanted, lacking: '' };
    }
    const address = ownAddresses().find((own) => KINDS[kind].test(own));
    return { kind, address, lacking: address === undefined ? `no ${kind} address here: ${failure}` : '' };
  });
  return { all, remove: () => added.splice(0).forEach((cidr) => ip('del', cidr)) };
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);

/** null, or why it failed. */
function ip(does: 'add' | 'del', cidr: string): string | null {
  // Without the detection of duplicates an IPv6 address can be bound at once.
  const nodad = does === 'add' && cidr.includes(':') ? ['nodad'] : [];
  try {
    execFileSync('ip', ['address', does, cidr, 'dev', 'lo', ...nodad], { stdio: 'pipe' });
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    return (stderr?.toString() || message).trim();
  }
}
