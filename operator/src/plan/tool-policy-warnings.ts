import type { ObjectRef } from '@omnia-policy/kube';
import { lintToolPolicy, type PolicySet, type Warning } from '@omnia-policy/policy';
import type { World } from '../model/world.js';
import { asRecord, asText } from '../record.js';
import { listText, type Finding } from './condition.js';
import { toolPolicyOf } from './policy-entry.js';

export type WarningReason = 'UnknownRegistry' | 'UnknownTool' | Warning['reason'];

/** What is valid in a ToolPolicy, and most likely a mistake. */
export function toolPolicyWarnings(world: World, ref: ObjectRef): readonly Finding<WarningReason>[] {
  return [...nameWarnings(world, ref), ...expressionWarnings(world, ref)];
}

function nameWarnings(world: World, ref: ObjectRef): Finding<WarningReason>[] {
  const policy = toolPolicyOf(world, ref);
  if (policy?.registry === undefined) return [];
  const { namespace } = ref;
  const registry = world.toolRegistries.get({ namespace, name: policy.registry });
  if (registry === undefined) {
    const message = `there is no ToolRegistry "${policy.registry}" in namespace ${namespace}: the policy is about no call`;
    return [{ reason: 'UnknownRegistry', message }];
  }
  const unknown = [...policy.tools].filter((tool) => registry.tools?.includes(tool) === false);
  if (unknown.length === 0) return [];
  return [
    { reason: 'UnknownTool', message: `registry "${policy.registry}" has no tool ${listText(unknown)}` },
  ];
}

function expressionWarnings(world: World, ref: ObjectRef): Finding<WarningReason>[] {
  return lint(documentOf(world.policySet, ref)).map(({ reason, message, path, line, column }) => ({
    reason,
    message: `${path} (line ${String(line)}, column ${String(column)}): ${message}`,
  }));
}

const linted = new WeakMap<object, readonly Warning[]>();

/** A document is looked at once: it does not change, and sets hand it on. */
function lint(value: unknown): readonly Warning[] {
  if (typeof value !== 'object' || value === null) return [];
  let warnings = linted.get(value);
  if (warnings === undefined) {
    warnings = lintToolPolicy(value);
    linted.set(value, warnings);
  }
  return warnings;
}

const documents = new WeakMap<PolicySet, ReadonlyMap<string, unknown>>();

function documentOf(policySet: PolicySet, { namespace, name }: ObjectRef): unknown {
  let known = documents.get(policySet);
  if (known === undefined) {
    known = new Map(policySet.documents.map(({ value }) => [documentKey(value), value]));
    documents.set(policySet, known);
  }
  return known.get(`ToolPolicy ${namespace}/${name}`);
}

function documentKey(value: unknown): string {
  const { kind, metadata } = asRecord(value);
  const { namespace, name } = asRecord(metadata);
  return `${asText(kind)} ${asText(namespace)}/${asText(name)}`;
}
