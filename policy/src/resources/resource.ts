import { readPrivacyPolicySpec, type PrivacyPolicySpec } from '../privacy/privacy-policy.js';
import { readAgentPolicySpec, type AgentPolicySpec } from './agent-policy.js';
import { isRecord, readObject, report, type Field } from './field.js';
import { readMetadata, type Metadata } from './metadata.js';
import type { Problem } from './problem.js';
import { readToolPolicySpec, type ToolPolicySpec } from './tool-policy.js';

export const API_VERSION = 'omnia.altairalabs.ai/v1alpha1';

export type Resource =
  | { readonly kind: 'ToolPolicy'; readonly metadata: Metadata; readonly spec: ToolPolicySpec }
  | { readonly kind: 'AgentPolicy'; readonly metadata: Metadata; readonly spec: AgentPolicySpec }
  | { readonly kind: 'ToolRegistry'; readonly metadata: Metadata; readonly speaksMcp: boolean }
  /** `serviceAccount`: undefined if it runs as the usual one. */
  | {
      readonly kind: 'AgentRuntime';
      readonly metadata: Metadata;
      readonly serviceAccount: string | undefined;
    }
  | {
      readonly kind: 'SessionPrivacyPolicy';
      readonly metadata: Metadata;
      readonly spec: PrivacyPolicySpec;
    }
  | { readonly kind: 'Other'; readonly metadata: Metadata };

/** Kinds of the group whose documents are no policies and never stand for a broken one. */
export const OTHER_KINDS: readonly string[] = [
  'SessionPrivacyPolicy',
  'AgentRuntime',
  'Workspace',
  'SessionRetentionPolicy',
];

export type ParsedResource =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses one document (YAML or API object) once, at the edge: with defaults, or with every problem that it has. */
export function parseResource(value: unknown): ParsedResource {
  const problems: Problem[] = [];
  const resource = readResource({ value, path: '', problems });
  return resource && problems.length === 0 ? { ok: true, resource } : { ok: false, problems };
}

function readResource(root: Field): Resource | undefined {
  if (!isRecord(root.value)) {
    report(root, 'wrong-type', `expected an object with apiVersion ${API_VERSION}, kind, metadata and spec`);
    return undefined;
  }
  const { apiVersion, kind } = root.value;
  if (apiVersion !== API_VERSION) {
    report({ ...root, path: 'apiVersion' }, 'unknown-kind', `apiVersion must be ${API_VERSION}`);
    return undefined;
  }
  const field = readObject(root, ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  const metadata = readMetadata(field('metadata'));
  if (kind === 'ToolPolicy') return { kind, metadata, spec: readToolPolicySpec(field('spec')) };
  if (kind === 'AgentPolicy') return { kind, metadata, spec: readAgentPolicySpec(field('spec')) };
  if (kind === 'ToolRegistry') return { kind, metadata, speaksMcp: hasMcpHandler(root.value.spec) };
  if (kind === 'SessionPrivacyPolicy') return { kind, metadata, spec: readPrivacyPolicySpec(field('spec')) };
  if (kind === 'AgentRuntime') return { kind, metadata, serviceAccount: serviceAccountOf(root.value.spec) };
  if (typeof kind === 'string' && OTHER_KINDS.includes(kind)) return { kind: 'Other', metadata };
  report(
    field('kind'),
    'unknown-kind',
    'kind must be ToolPolicy, AgentPolicy or another kind of this apiVersion',
  );
  return undefined;
}

/** A ToolRegistry belongs to the platform: only what is needed is read, and nothing of it is judged. */
export function hasMcpHandler(spec: unknown): boolean {
  const handlers: unknown = isRecord(spec) ? spec.handlers : undefined;
  return Array.isArray(handlers) && handlers.some((handler) => isMcp(handler));
}

/** An AgentRuntime belongs to the platform too. */
function serviceAccountOf(spec: unknown): string | undefined {
  const overrides: unknown = isRecord(spec) ? spec.podOverrides : undefined;
  const name: unknown = isRecord(overrides) ? overrides.serviceAccountName : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function isMcp(handler: unknown): boolean {
  return isRecord(handler) && typeof handler.type === 'string' && handler.type.toLowerCase() === 'mcp';
}
