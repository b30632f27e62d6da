/** The rules that every run has to keep. */
export type Rule =
  | 'nothing is lost'
  | 'nothing is forgotten'
  | 'nothing is left over'
  | 'one owner'
  | 'one POST at a time'
  | 'who is replaced writes nothing'
  | 'attempts'
  | 'retry times'
  | 'circuits'
  | 'rate limits'
  | 'alerts and disabling'
  | 'order of a subject'
  | 'shares'
  | 'memory'
  | 'no error is thrown';

export class RuleBroken extends Error {
  constructor(
    readonly rule: Rule,
    what: string,
  ) {
    super(`${rule}: ${what}`);
  }
}
