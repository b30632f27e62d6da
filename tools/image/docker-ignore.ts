/**
 * Whether a path from the root of the repository is left out of the context of a build. Of the syntax of .dockerignore, ours uses
 * plain paths, and a name at any depth.
 */
export function ignoredBy(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(expressionOf);
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function expressionOf(pattern: string): RegExp {
  if (/[![?]/.test(pattern)) throw new Error(`This pattern of .dockerignore is not understood: ${pattern}`);
  const anywhere = pattern.startsWith('**/');
  const name = pattern
    .replace(/^\*\*\//, '')
    .split('*')
    .map((part) => part.replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`))
    .join('[^/]*');
  return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${name}(?:/.*)?$`);
}
