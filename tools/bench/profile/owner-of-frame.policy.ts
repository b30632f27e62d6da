/** A function of a CPU profile, as far as it says whose code it is. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
}

/** `@scope/name` or `name` behind the last `node_modules/`. */
const PACKAGE = /.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/;

/**
 * Whose code a function is: an npm package, a folder of this repository (as it is in the sources, although `dist` runs), or a part of Node
 * or V8, which stands in brackets or begins with `node:`.
 *
 * @param root of this repository, without a slash at its end
 */
export function ownerOf({ functionName, url }: Frame, root: string): string {
  // V8's own names, such as "(garbage collector)" and "(program)": code outside JavaScript, for example a system call.
  if (/^\(.*\)$/.test(functionName) && functionName !== '(anonymous)') return functionName;
  if (url === '') return '(built into V8 and Node)';
  if (url.startsWith('node:')) return withoutFile(url);
  if (url.startsWith('wasm:')) return '(WebAssembly)';
  const path = url.startsWith('file://') ? decodeURI(url.slice('file://'.length)) : url;
  const name = PACKAGE.exec(path)?.groups?.['name'];
  if (name !== undefined) return name;
  if (!path.startsWith(`${root}/`)) return '(elsewhere)';
  return withoutFile(path.slice(root.length + 1).replace('/dist/', '/src/'));
}

/** `node:net` has no folder, and stays. */
const withoutFile = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path);
