import type { ObjectRef } from '@omnia-policy/kube';

/** What something is planned for. The first four own objects: their keys are written into the owner annotation. */
export const KEY_KINDS = [
  'AgentPolicy',
  'ToolWorkload',
  'AgentNamespace',
  'Agent',
  'ToolPolicy',
  'PrivacyPolicy',
  'Workspace',
] as const;

export type KeyKind = (typeof KEY_KINDS)[number];

export interface Key {
  readonly kind: KeyKind;
  readonly ref: ObjectRef;
}

/** `AgentPolicy/production/support-tools`; the namespace of a Workspace is empty. */
export function keyText(kind: KeyKind, { namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

export function agentNamespaceKey(namespace: string): string {
  return keyText('AgentNamespace', { namespace, name: namespace });
}

/** Undefined for a text that is no key: annotations can be edited by hand. */
export function parseKey(text: string): Key | undefined {
  const [kindText, namespace, name, ...rest] = text.split('/');
  const kind = KEY_KINDS.find((known) => known === kindText);
  if (kind === undefined || namespace === undefined || !name || rest.length > 0) return undefined;
  return { kind, ref: { namespace, name } };
}
