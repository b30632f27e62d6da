/** The kind of the broken rule. The HTTP layer turns it into a status; the domain knows no HTTP. */
export type BrokenRuleKind = 'not_found' | 'conflict' | 'invalid';

/** A broken rule. `code` is stable and public; the message is a sentence for people and names no secret. */
export class RuleBroken extends Error {
  readonly kind: BrokenRuleKind;
  readonly code: string;
  readonly field: string | undefined;

  constructor(kind: BrokenRuleKind, code: string, message: string, field?: string) {
    super(message);
    this.name = 'RuleBroken';
    this.kind = kind;
    this.code = code;
    this.field = field;
  }
}
