import { lintHeaderValue, lintRule, type ExpressionWarning } from '../cel/lint/lint-expression.js';
import { parseResource } from '../resources/resource.js';

/** Something in a ToolPolicy that is valid, and most likely not what its author means. */
export interface Warning extends ExpressionWarning {
  /** Of the expression in the resource, such as `spec.rules[0].deny.cel`. */
  readonly path: string;
}

/**
 * What is suspicious of a ToolPolicy. Only what is certain is said: that a rule can't be true on any call that the policy
 * selects, or that a call without some field of the body makes the evaluation fail.
 *
 * @param value a document as it is written; of one that has problems, or is no ToolPolicy, nothing is said
 */
export function lintToolPolicy(value: unknown): readonly Warning[] {
  const parsed = parseResource(value);
  if (!parsed.ok || parsed.resource.kind !== 'ToolPolicy') return [];
  const { selector, rules, headerInjection } = parsed.resource.spec;
  const call = { registry: selector.registry, tools: new Set(selector.tools) };
  return [
    ...rules.flatMap(({ cel, path }) => lintRule(cel, call).map((warning) => ({ ...warning, path }))),
    ...headerInjection.flatMap((injection) =>
      'cel' in injection
        ? lintHeaderValue(injection.cel).map((warning) => ({ ...warning, path: injection.path }))
        : [],
    ),
  ];
}
