import type { Activation } from '../cel/expression.js';
import type { Evaluation } from '../cel/evaluation.js';
import type { Finding, InjectedHeader } from '../decision.js';
import { judge } from '../judge.js';
import { HEADER_VALUE } from '../resources/tool-policy.js';
import type { CompiledInjection, CompiledToolPolicy } from './compile-tool-policy.js';

const MAX_VALUE_LENGTH = 8192;

/**
 * Header values of one matching policy. A value that can't be computed is left out and becomes a finding, which
 * onFailure turns into a denial or lets pass.
 */
export function injectHeaders(
  policy: CompiledToolPolicy,
  activation: Activation,
  findings: Finding[],
): InjectedHeader[] {
  return policy.injections.flatMap((injection) => {
    const result = computeValue(injection, activation);
    if (result.ok) return [{ name: injection.header, value: result.value }];
    findings.push(
      judge(policy, {
        rule: `header-injection:${injection.header}`,
        message: `The header ${injection.header} could not be computed`,
        error: { code: result.code, detail: result.detail },
      }),
    );
    return [];
  });
}

function computeValue(injection: CompiledInjection, activation: Activation): Evaluation<string> {
  if (typeof injection.value === 'string') return { ok: true, value: injection.value };
  const result = injection.value.evaluate(activation);
  if (!result.ok) return result;
  if (result.value.length > MAX_VALUE_LENGTH) {
    return { ok: false, code: 'not-a-header-value', detail: `longer than ${MAX_VALUE_LENGTH} characters` };
  }
  if (!HEADER_VALUE.regExp.test(result.value)) {
    return { ok: false, code: 'not-a-header-value', detail: `not ${HEADER_VALUE.means}` };
  }
  return result;
}
