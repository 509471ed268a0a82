/** A call as the recorded answers write it. */
export interface RecordedCall {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
  readonly identity: RecordedIdentity;
}

export interface RecordedIdentity {
  readonly origin: string;
  readonly subject: string;
  readonly endUser: string;
  readonly workspace: string;
  readonly agent: string;
  readonly claims: Readonly<Record<string, string>>;
}

/** A CEL engine as its documentation says to use it. */
export interface Engine {
  readonly name: string;
  /** Throws for an expression that the engine refuses. */
  compile(text: string): CompiledExpression;
  /** What all expressions of one call share; counted in the time of a request. */
  activate(call: RecordedCall): unknown;
}

/** Gives the value, or throws. */
export type CompiledExpression = (activation: unknown) => unknown;
