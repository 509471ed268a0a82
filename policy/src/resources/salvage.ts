import { AGENT_POLICY_MODES } from './agent-policy.js';
import { isRecord } from './field.js';
import { ON_FAILURE, TOOL_POLICY_MODES } from './tool-policy.js';

/**
 * What can still be read of a document with problems: a policy that does not compile counts as an evaluation failure
 * for the calls that it selects (design 4.7), so its selector and its choices matter. What can't be read is
 * `undefined`, and then taken in the strictest way: it selects everything, and denies.
 */
export interface Salvage {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly mode: string;
  readonly onFailure: 'deny' | 'allow';
  /** ToolPolicy. Undefined registry: every registry; undefined tools: every tool. */
  readonly registry: string | undefined;
  readonly tools: readonly string[] | undefined;
  /** AgentPolicy. Undefined: every agent of the namespace. */
  readonly agents: readonly string[] | undefined;
}

export function salvage(value: unknown): Salvage {
  const root = asRecord(value);
  const metadata = asRecord(root.metadata);
  const spec = asRecord(root.spec);
  const selector = asRecord(spec.selector);
  const modes: readonly string[] = root.kind === 'AgentPolicy' ? AGENT_POLICY_MODES : TOOL_POLICY_MODES;
  return {
    kind: asText(root.kind) ?? '',
    name: asText(metadata.name) ?? '',
    namespace: asText(metadata.namespace) ?? 'default',
    mode: modes.find((mode) => mode === spec.mode) ?? 'enforce',
    onFailure: ON_FAILURE.find((choice) => choice === spec.onFailure) ?? 'deny',
    registry: asText(selector.registry),
    tools: asTexts(selector.tools),
    agents: asTexts(selector.agents),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function asTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = value.map(asText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
