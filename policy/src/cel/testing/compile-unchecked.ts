import type { AdmissionLimits } from '../admission.js';
import { checkText, programOf, type CompiledProgram, type Vocabulary } from '../compile-expression.js';

/**
 * Runs what the checker refuses, too: conformance data asks for it, to see that a mistyped name is at least an error
 * when it runs. No policy is compiled this way.
 */
export function compileUnchecked(
  text: string,
  vocabulary: Vocabulary,
  limits: AdmissionLimits,
): CompiledProgram {
  const checked = checkText(text, vocabulary, limits);
  if (!('root' in checked)) return { ok: false, problems: [checked], patternsWeight: 0 };
  return { ok: true, program: programOf(checked), patternsWeight: checked.patterns.weight };
}
