import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleOf } from './api-server-binary.ts';

/** Where the definitions of others' resources are: in their Go modules, as their authors publish them. */
const MODULES = [
  { module: 'sigs.k8s.io/gateway-api', version: 'v1.4.0', files: 'config/crd/standard/*.yaml' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    files: 'example/prometheus-operator-crd/*_{podmonitors,prometheusrules}.yaml',
  },
  { module: 'github.com/cloudnative-pg/cloudnative-pg', version: 'v1.27.1', files: 'config/crd/bases/*_clusters.yaml' },
] as const;

/**
 * CustomResourceDefinitions as YAML, one document each. Strimzi is written in Java and publishes its definitions in its releases only:
 * SIGNET_STRIMZI_CRDS is a folder that has them.
 */
export function customResources(env: NodeJS.ProcessEnv): string[] {
  const fromModules = MODULES.flatMap(({ module, version, files }) => {
    const { Dir } = moduleOf(module, version);
    const found = globSync(files, { cwd: Dir });
    if (found.length === 0) throw new Error(`${module}@${version} has no ${files}`);
    return found.map((file) => join(Dir, file));
  });
  const strimzi = env['SIGNET_STRIMZI_CRDS'];
  if (strimzi !== undefined && !existsSync(strimzi)) throw new Error(`SIGNET_STRIMZI_CRDS: there is no ${strimzi}.`);
  const given = strimzi === undefined ? [] : globSync('*.yaml', { cwd: strimzi }).map((file) => join(strimzi, file));
  return [...fromModules, ...given].map((file) => readFileSync(file, 'utf8'));
}
