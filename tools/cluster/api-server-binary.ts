import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const KUBERNETES = '1.34.4';

/** The whole program: what the authors' own main file does, with the packages that it needs for their effects. */
const MAIN = `package main

import (
	"os"
	_ "time/tzdata"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
`;

/**
 * A kube-apiserver, built with Go from its public module, because there is no download of the program by itself. The build takes some
 * minutes of two cores, once; then the program is kept in the cache.
 *
 * @returns its path
 * @throws with what Go said, when it cannot be made
 */
export function apiServerBinary(cacheDir: string, say: (line: string) => void): string {
  const binary = join(cacheDir, `kube-apiserver-${KUBERNETES}`);
  if (existsSync(binary)) return binary;
  say(`Making kube-apiserver ${KUBERNETES} with Go: 6 minutes on 2 quiet cores, and 2 GB of caches`);
  const folder = join(cacheDir, `kube-apiserver-${KUBERNETES}-source`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.go'), MAIN);
  writeFileSync(join(folder, 'go.mod'), goMod());
  go(folder, ['mod', 'tidy']);
  go(folder, ['build', '-ldflags', '-s -w', '-o', 'kube-apiserver', '.']);
  renameSync(join(folder, 'kube-apiserver'), binary);
  return binary;
}

/** Kubernetes names its own parts by paths within its repository; as modules they have the same version with a 0 in front. */
function goMod(): string {
  const { Dir } = moduleOf('k8s.io/kubernetes', `v${KUBERNETES}`);
  const parts = [...readFileSync(join(Dir, 'go.mod'), 'utf8').matchAll(/^\t(k8s\.io\/[\w-]+) => \.\/staging/gm)].map(
    ([, name]) => `\t${name} => ${name} v${KUBERNETES.replace(/^1/, '0')}`,
  );
  return [
    'module signet/kube-apiserver',
    'go 1.24.0',
    'godebug default=go1.24',
    `require k8s.io/kubernetes v${KUBERNETES}`,
    `replace (\n${parts.join('\n')}\n)\n`,
  ].join('\n\n');
}

/** A module's folder in Go's cache, fetched when it is not there. */
export function moduleOf(name: string, version: string): { readonly Dir: string } {
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', `${name}@${version}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Go cannot fetch ${name}@${version}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as { Dir: string };
}

function go(cwd: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync('go', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed: ${stderr}`);
}
