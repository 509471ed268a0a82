import { AGENT_POLICY_MODES } from './agent-policy.js';
import { CALL_NAME } from './call-name.js';
import { asRecord, fits, isRecord } from './field.js';
import { isInjectableHeader } from './injectable-header.js';
import { isResourceName, salvageNamespace } from './metadata.js';
import { API_VERSION, hasMcpHandler, OTHER_KINDS } from './resource.js';
import { ON_FAILURE, TOOL_POLICY_MODES } from './tool-policy.js';

const API_GROUP = API_VERSION.split('/')[0];
const OUR_KINDS: readonly string[] = ['ToolPolicy', 'AgentPolicy', 'ToolRegistry', ...OTHER_KINDS];

/**
 * What can still be read of a document with problems: a policy that does not compile counts as an evaluation failure
 * for the calls that it selects, so its selector and its choices matter. What can't be read is taken in the strictest
 * way: it selects everything, and denies.
 */
export interface Salvage {
  readonly kind: string;
  /** It says that it is something else than a policy, such as a ConfigMap; a list may hold policies. */
  readonly isOfAnotherApi: boolean;
  /** As it is written, valid or not. */
  readonly name: string;
  /** Empty when it can't be read: every namespace. */
  readonly namespace: string;
  /** `kind/namespace/name`; empty unless all three can be read. */
  readonly key: string;
  /** `metadata.generation`, which the API server counts up with each edit; undefined where there is none. */
  readonly generation: number | undefined;
  readonly mode: string;
  readonly onFailure: 'deny' | 'allow';
  /** ToolPolicy. Undefined registry: every registry; undefined tools: every tool. */
  readonly registry: string | undefined;
  readonly tools: readonly string[] | undefined;
  /** AgentPolicy. Undefined: every agent of the namespace. */
  readonly agents: readonly string[] | undefined;
  /** ToolPolicy: lower-case names of the headers that it would inject. */
  readonly injectedHeaders: readonly string[];
  /** ToolPolicy: names that the log must not show the values of. */
  readonly redactFields: readonly string[];
  /** ToolRegistry. */
  readonly speaksMcp: boolean;
}

export function salvage(value: unknown): Salvage {
  const root = asRecord(value);
  const metadata = asRecord(root.metadata);
  const spec = asRecord(root.spec);
  const selector = asRecord(spec.selector);
  const kind = salvageKind(root, spec);
  const name = asText(metadata.name) ?? '';
  const namespace = (isRecord(root.metadata) ? salvageNamespace(metadata) : undefined) ?? '';
  const modes: readonly string[] = kind === 'AgentPolicy' ? AGENT_POLICY_MODES : TOOL_POLICY_MODES;
  return {
    kind,
    isOfAnotherApi: isOfAnotherApi(root, kind),
    name,
    namespace,
    key: kind !== '' && namespace !== '' && isResourceName(name) ? `${kind}/${namespace}/${name}` : '',
    generation: typeof metadata.generation === 'number' ? metadata.generation : undefined,
    mode: modes.find((mode) => mode === spec.mode) ?? 'enforce',
    onFailure: ON_FAILURE.find((choice) => choice === spec.onFailure) ?? 'deny',
    registry: asName(selector.registry),
    tools: asNames(selector.tools),
    agents: asNames(selector.agents),
    injectedHeaders: salvageHeaders(spec.headerInjection),
    redactFields: asTexts(asRecord(spec.audit).redactFields),
    speaksMcp: !isRecord(root.spec) || hasMcpHandler(spec),
  };
}

/** A mistyped kind must not make a policy vanish: `toolpolicy`, or `ToolPolcy` and a ToolPolicy's fields. */
function salvageKind(root: Record<string, unknown>, spec: Record<string, unknown>): string {
  const kind = asText(root.kind) ?? '';
  if (OTHER_KINDS.includes(kind)) return kind;
  const plain = kind.toLowerCase().replace(/[^a-z]/g, '');
  if (plain.startsWith('toolpolic')) return 'ToolPolicy';
  if (plain.startsWith('agentpolic')) return 'AgentPolicy';
  if (plain.startsWith('toolregist')) return 'ToolRegistry';
  const isOurs = kind === '' || root.apiVersion === API_VERSION;
  return kindOfSpec(spec) ?? (isOurs && 'rules' in spec ? 'ToolPolicy' : kind);
}

/** @param kind as salvaged: one of ours if the document looks like it, whatever its own kind is */
function isOfAnotherApi({ apiVersion }: Record<string, unknown>, kind: string): boolean {
  const group = asText(apiVersion)?.split('/')[0];
  const isOurs = group === API_GROUP || OUR_KINDS.includes(kind);
  return group !== undefined && !isOurs && kind !== '' && !kind.endsWith('List');
}

/** By fields that no resource of another kind has: a folder may hold some that have `rules` or a `selector` too. */
function kindOfSpec(spec: Record<string, unknown>): string | undefined {
  const isDenyRule = (rule: unknown): boolean => 'deny' in asRecord(rule);
  const hasDenyRule = Array.isArray(spec.rules) && spec.rules.some(isDenyRule);
  const selectsRegistry = 'registry' in asRecord(spec.selector);
  if (hasDenyRule || selectsRegistry || 'requiredClaims' in spec || 'headerInjection' in spec)
    return 'ToolPolicy';
  if ('toolAccess' in spec || 'claimMapping' in spec) return 'AgentPolicy';
  return hasMcpHandler(spec) ? 'ToolRegistry' : undefined;
}

function salvageHeaders(injections: unknown): string[] {
  if (!Array.isArray(injections)) return [];
  const names = injections.map((injection) => asText(asRecord(injection).header) ?? '');
  return names.filter(isInjectableHeader).map((name) => name.toLowerCase());
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A name that no call can carry is as good as unreadable. */
function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text !== undefined && fits(text, CALL_NAME) ? text : undefined;
}

/** The texts of a list; a text that stands for a list of one. */
function asTexts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((item) => asText(item) ?? []);
}

function asNames(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const names = value.map(asName);
  return names.every((name) => name !== undefined) ? names : undefined;
}
