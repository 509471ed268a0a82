/**
 * What a policy author wrote wrong. The same list is shown by the log, /policies, the admission webhook, the status
 * and the CLI. Never thrown: returned.
 */
export interface Problem {
  /** Where in the resource, for example `spec.rules[0].deny.cel`; empty for the document as a whole. */
  readonly path: string;
  readonly code: ProblemCode;
  /** One sentence: what is wrong and how to mend it. */
  readonly message: string;
  /**
   * 1-based. As the core reports it: the position inside the text at `path` (a CEL expression). A source that knows
   * the file re-bases both onto the file.
   */
  readonly line?: number;
  readonly column?: number;
}

export type ProblemCode =
  | 'invalid-yaml'
  | 'unknown-kind'
  | 'missing-field'
  | 'unknown-field'
  | 'wrong-type'
  | 'out-of-bounds'
  | 'not-allowed'
  | 'duplicate'
  | 'not-removed'
  | 'invalid-cel';
