import { AGENT_POLICY_MODES } from './agent-policy.js';
import { CALL_NAME } from './call-name.js';
import { isRecord } from './field.js';
import { isInjectableHeader } from './injectable-header.js';
import { DEFAULT_NAMESPACE, DNS_LABEL } from './metadata.js';
import { ON_FAILURE, TOOL_POLICY_MODES } from './tool-policy.js';

/**
 * What can still be read of a document with problems: a policy that does not compile counts as an evaluation failure
 * for the calls that it selects, so its selector and its choices matter. What can't be read is taken in the strictest
 * way: it selects everything, and denies.
 */
export interface Salvage {
  readonly kind: string;
  readonly name: string;
  /** Empty when it can't be read: every namespace. */
  readonly namespace: string;
  readonly mode: string;
  readonly onFailure: 'deny' | 'allow';
  /** ToolPolicy. Undefined registry: every registry; undefined tools: every tool. */
  readonly registry: string | undefined;
  readonly tools: readonly string[] | undefined;
  /** AgentPolicy. Undefined: every agent of the namespace. */
  readonly agents: readonly string[] | undefined;
  /** ToolPolicy: lower-case names of the headers that it would inject. */
  readonly injectedHeaders: readonly string[];
}

export function salvage(value: unknown): Salvage {
  const root = asRecord(value);
  const metadata = asRecord(root.metadata);
  const spec = asRecord(root.spec);
  const selector = asRecord(spec.selector);
  const modes: readonly string[] = root.kind === 'AgentPolicy' ? AGENT_POLICY_MODES : TOOL_POLICY_MODES;
  return {
    kind: salvageKind(root.kind, spec),
    name: asText(metadata.name) ?? '',
    namespace: salvageNamespace(metadata.namespace),
    mode: modes.find((mode) => mode === spec.mode) ?? 'enforce',
    onFailure: ON_FAILURE.find((choice) => choice === spec.onFailure) ?? 'deny',
    registry: asName(selector.registry),
    tools: asNames(selector.tools),
    agents: asNames(selector.agents),
    injectedHeaders: salvageHeaders(spec.headerInjection),
  };
}

/** A mistyped kind must not make a policy vanish: `toolpolicy`, or no kind and a ToolPolicy's fields. */
function salvageKind(kind: unknown, spec: Record<string, unknown>): string {
  const text = asText(kind) ?? '';
  const plain = text.toLowerCase().replace(/[^a-z]/g, '');
  if (plain.startsWith('toolpolic')) return 'ToolPolicy';
  if (plain.startsWith('agentpolic')) return 'AgentPolicy';
  if (text !== '') return text;
  if ('rules' in spec || 'requiredClaims' in spec) return 'ToolPolicy';
  return 'toolAccess' in spec || 'claimMapping' in spec ? 'AgentPolicy' : '';
}

function salvageNamespace(namespace: unknown): string {
  if (namespace === undefined || namespace === null) return DEFAULT_NAMESPACE;
  return typeof namespace === 'string' && DNS_LABEL.regExp.test(namespace) ? namespace : '';
}

function salvageHeaders(injections: unknown): string[] {
  if (!Array.isArray(injections)) return [];
  const names = injections.map((injection) => asText(asRecord(injection).header) ?? '');
  return names.filter(isInjectableHeader).map((name) => name.toLowerCase());
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A name that no call can carry is as good as unreadable. */
function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text !== undefined && CALL_NAME.pattern.regExp.test(text) ? text : undefined;
}

function asNames(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const names = value.map(asName);
  return names.every((name) => name !== undefined) ? names : undefined;
}
