import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { ROOT } from '../dev/settings.ts';
import type { Manifest } from './manifests.ts';

const OVERLAYS_FOLDER = 'deploy/k8s/overlays';

/** Folder names of the overlays. */
export const overlays = (): string[] => readdirSync(join(ROOT, OVERLAYS_FOLDER)).sort();

/** The program and its first arguments; kubectl has kustomize built in. undefined: neither is installed. */
export function kustomizeCommand(): readonly string[] | undefined {
  if (spawnSync('kustomize', ['version']).status === 0) return ['kustomize', 'build'];
  if (spawnSync('kubectl', ['kustomize', '--help']).status === 0) return ['kubectl', 'kustomize'];
  return undefined;
}

const rendered = new Map<string, string>();

/** What `kubectl apply -k` would send for an overlay, as YAML with one document an object. Rendered once a process. */
export const renderedOverlay = (name: string): string => renderedFolder(join(ROOT, OVERLAYS_FOLDER, name));

export function renderedFolder(folder: string): string {
  const known = rendered.get(folder);
  if (known !== undefined) return known;
  const [program = '', ...args] = kustomizeCommand() ?? [];
  const { status, stdout, stderr } = spawnSync(program, [...args, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kustomize refuses ${folder}: ${stderr}`);
  rendered.set(folder, stdout);
  return stdout;
}

export const manifestsOf = (yaml: string): Manifest[] => loadAll(yaml) as Manifest[];
