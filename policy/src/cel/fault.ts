import { celError, type CelError } from '@bufbuild/cel';
import type { EvaluationErrorCode } from './evaluation.js';

/** What went wrong inside an evaluation: a stable code, and words for the log that hold no data of the call. */
export interface Fault {
  readonly code: EvaluationErrorCode;
  readonly detail: string;
}

const CODES: ReadonlySet<string> = new Set<EvaluationErrorCode>([
  'no-such-key',
  'type-mismatch',
  'over-budget',
  'evaluation-failed',
]);

const REMEMBERED_FAULTS = 1000;
const remembered = new Map<string, CelError>();

/**
 * The error that an expression's function throws. Errors are remembered by their words, since a stack trace costs
 * more than the evaluation; `detail` must therefore come from the expression or from us, never from the call.
 */
export function fault(code: EvaluationErrorCode, detail: string): CelError {
  const message = `${code}: ${detail}`;
  const known = remembered.get(message);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED_FAULTS) remembered.clear();
  const error = celError(message);
  remembered.set(message, error);
  return error;
}

/** No overload takes the values that were given. */
export function noSuchOverload(functionName: string): CelError {
  return fault('type-mismatch', `${functionName} does not take values of these types`);
}

/**
 * Reads an engine error back. Words that are not ours may quote the call's data, so they are replaced: only the kind
 * of failure is kept.
 */
export function faultOf(error: CelError): Fault {
  const end = error.message.indexOf(': ');
  const code = error.message.slice(0, Math.max(end, 0));
  if (isOwnCode(code)) return { code, detail: error.message.slice(end + 2) };
  if (/^(type mismatch|found no matching overload)/.test(error.message)) {
    return { code: 'type-mismatch', detail: 'a value has a type that its operator does not take' };
  }
  return { code: 'evaluation-failed', detail: 'the expression could not be evaluated' };
}

function isOwnCode(text: string): text is EvaluationErrorCode {
  return CODES.has(text);
}
