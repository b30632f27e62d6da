/** A fault that is built into the code under test, to find out whether the simulation finds it. */
export interface Mutation {
  readonly name: string;
  /** Builds the fault in; returns what takes it out again. */
  readonly apply: () => () => void;
}

type Method = (this: never, ...args: never[]) => unknown;

/**
 * Replaces a method of a class, private ones included.
 *
 * @param change gets the original method, and returns the one in its place
 */
export function replaced(
  type: { readonly prototype: object },
  method: string,
  change: (original: (self: object, ...args: never[]) => unknown) => (self: never, ...args: never[]) => unknown,
): () => void {
  const prototype = type.prototype as Record<string, Method>;
  const original = prototype[method];
  if (!original) throw new Error(`There is no method ${method} any more.`);
  const changed = change((self, ...args) => original.apply(self as never, args));
  prototype[method] = function (this: never, ...args: never[]) {
    return changed(this, ...args);
  };
  return () => void (prototype[method] = original);
}
