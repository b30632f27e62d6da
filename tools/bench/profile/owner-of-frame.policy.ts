/** A function of a CPU profile, as far as it says whose code it is. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
}

/** `@scope/name` or `name` behind the last `node_modules/`. */
const PACKAGE = /.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/;

/**
 * Whose code a function is: an npm package, a folder of this repository (as it is in the sources, although `dist` runs), or a part of Node
 * or V8, which begins with a bracket or with `node:`.
 *
 * @param root of this repository, without a slash at its end
 */
export function ownerOf({ functionName, url }: Frame, root: string): string {
  // V8's own names, such as "(garbage collector)" and "(program)": code outside JavaScript, for example a system call.
  if (/^\(.*\)$/.test(functionName) && functionName !== '(anonymous)') return functionName;
  // A function of V8 or Node in C++, such as `writev` or `stringify`: its name says most.
  if (url === '') return `(built in) ${functionName}`.trim();
  if (url.startsWith('node:')) return url;
  if (url.startsWith('wasm:')) return '(WebAssembly)';
  const path = url.startsWith('file://') ? decodeURI(url.slice('file://'.length)) : url;
  const name = PACKAGE.exec(path)?.groups?.['name'];
  if (name !== undefined) return name;
  if (!path.startsWith(`${root}/`)) return '(elsewhere)';
  return path.slice(root.length + 1, path.lastIndexOf('/')).replace(/\/dist(?=\/|$)/, '/src');
}
