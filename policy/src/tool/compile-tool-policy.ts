import { BuildingBudget, within } from '../cel/building-budget.js';
import { compileHeaderValue } from '../cel/compile-header-value.js';
import { compileRule } from '../cel/compile-rule.js';
import type { CompileResult, Expression } from '../cel/expression.js';
import type { PolicyRef } from '../decision.js';
import type { Metadata } from '../resources/metadata.js';
import type { Problem } from '../resources/problem.js';
import type { Salvage } from '../resources/salvage.js';
import type { DenyRule, HeaderInjection, ToolPolicySpec } from '../resources/tool-policy.js';

/** A ToolPolicy, ready to decide. */
export interface CompiledToolPolicy {
  readonly ref: PolicyRef;
  /** Undefined only in a broken policy: it selects every registry of its namespace. */
  readonly registry: string | undefined;
  /** Empty: every tool of the registry. */
  readonly tools: ReadonlySet<string>;
  readonly mode: 'enforce' | 'audit';
  readonly onFailure: 'deny' | 'allow';
  readonly requiredClaims: readonly CompiledClaim[];
  readonly rules: readonly CompiledRule[];
  readonly injections: readonly CompiledInjection[];
  /** Lower-case names: removed from the incoming request, also where the policy is broken or refuses. */
  readonly injectedHeaders: readonly string[];
  readonly audit: { readonly logDecisions: boolean; readonly redactFields: readonly string[] };
  readonly readsBody: boolean;
  /** The policy never compiled: every call that it selects is an evaluation failure. */
  readonly broken: boolean;
}

export interface CompiledClaim {
  /** `required-claim:<claim>`, as the caller sees it. */
  readonly rule: string;
  readonly header: string;
  readonly message: string;
}

export interface CompiledRule {
  readonly name: string;
  readonly message: string;
  readonly expression: Expression<boolean>;
}

export interface CompiledInjection {
  /** Lower case. */
  readonly header: string;
  readonly value: string | Expression<string>;
}

/** What the regular expressions of one policy may take to compile, in microseconds or so: some second. */
export const MAX_PATTERNS_WEIGHT = 1_000_000;

/** Compiles every expression; reports all problems of all of them. */
export function compileToolPolicy(
  metadata: Metadata,
  spec: ToolPolicySpec,
): { policy: CompiledToolPolicy } | { problems: Problem[] } {
  const compiler = new ExpressionCompiler();
  const rules = spec.rules.flatMap((rule) => compileDenyRule(rule, compiler));
  const injections = spec.headerInjection.flatMap((injection) => compileInjection(injection, compiler));
  if (compiler.problems.length > 0) return { problems: compiler.problems };
  const expressions = [
    ...rules.map((rule) => rule.expression),
    ...injections.map((injection) => injection.value),
  ];
  const policy: CompiledToolPolicy = {
    ref: { kind: 'ToolPolicy', namespace: metadata.namespace, name: metadata.name },
    registry: spec.selector.registry,
    tools: new Set(spec.selector.tools),
    mode: spec.mode,
    onFailure: spec.onFailure,
    requiredClaims: spec.requiredClaims.map(({ claim, message }) => ({
      rule: `required-claim:${claim}`,
      header: `x-omnia-claim-${claim.toLowerCase().replaceAll('_', '-')}`,
      message,
    })),
    rules,
    injections,
    injectedHeaders: injections.map(({ header }) => header),
    audit: spec.audit,
    readsBody: expressions.some((expression) => readsBody(expression)),
    broken: false,
  };
  return { policy };
}

/** Stands for a policy that never compiled. */
export function brokenToolPolicy(found: Salvage): CompiledToolPolicy {
  return {
    ref: { kind: 'ToolPolicy', namespace: found.namespace, name: found.name },
    registry: found.registry,
    tools: new Set(found.registry === undefined ? [] : found.tools),
    mode: found.mode === 'audit' ? 'audit' : 'enforce',
    onFailure: found.onFailure,
    requiredClaims: [],
    rules: [],
    injections: [],
    injectedHeaders: found.injectedHeaders,
    audit: { logDecisions: false, redactFields: found.redactFields },
    readsBody: false,
    broken: true,
  };
}

function compileDenyRule(rule: DenyRule, compiler: ExpressionCompiler): CompiledRule[] {
  const expression = compiler.compile(rule.path, () => compileRule(rule.cel));
  return expression ? [{ name: rule.name, message: rule.message, expression }] : [];
}

function compileInjection(injection: HeaderInjection, compiler: ExpressionCompiler): CompiledInjection[] {
  const header = injection.header.toLowerCase();
  if ('value' in injection) return [{ header, value: injection.value }];
  const value = compiler.compile(injection.path, () => compileHeaderValue(injection.cel));
  return value ? [{ header, value }] : [];
}

/** Compiles the expressions of one policy, collects their problems, and stops where they take too long. */
class ExpressionCompiler {
  readonly problems: Problem[] = [];
  readonly #building = new BuildingBudget();
  #patternsWeight = 0;

  compile<T>(path: string, run: () => CompileResult<T>): Expression<T> | undefined {
    if (this.#patternsWeight > MAX_PATTERNS_WEIGHT) {
      const message = 'the regular expressions before this one take too long to compile; split the policy';
      this.problems.push({ path, code: 'out-of-bounds', message });
      return undefined;
    }
    const result = within(this.#building, run);
    this.#patternsWeight += result.patternsWeight;
    if (result.ok) return result.expression;
    for (const { message, line, column } of result.problems) {
      this.problems.push({ path, code: 'invalid-cel', message, line, column });
    }
    return undefined;
  }
}

function readsBody(expression: string | Expression<unknown>): boolean {
  if (typeof expression === 'string') return false;
  return expression.references.has('body') || expression.references.has('mcp');
}
