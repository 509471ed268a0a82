import { ambiguous, type AmbiguousCall } from './call-shape.js';

/** A ToolRegistry. */
export interface RegistryRef {
  readonly namespace: string;
  readonly name: string;
}

/** What the configuration of the proxy says of the tool service that it guards: a header can't choose other registries. */
export interface Attachment {
  readonly registries: readonly RegistryRef[];
}

export interface RegistryQuestion {
  /** What `x-omnia-tool-registry` says, empty when absent. */
  readonly claimed: string;
  /** Whether the request names a tool, by a header or an MCP message. */
  readonly namesTool: boolean;
  /** Where registries of one name are served for several namespaces, the one of this namespace is meant. */
  readonly preferredNamespace: string;
}

/** Which of the attached registries a call is for. Undefined: it names neither registry nor tool. */
export function servedRegistry(
  { registries }: Attachment,
  { claimed, namesTool, preferredNamespace }: RegistryQuestion,
): RegistryRef | AmbiguousCall | undefined {
  if (claimed === '') {
    if (!namesTool) return undefined;
    const [only] = registries;
    return only && registries.length === 1 ? only : registryNotNamed();
  }
  const named = registries.filter(({ name }) => name === claimed);
  const [only] = named;
  if (only === undefined) {
    return ambiguous('registry-not-served', `This service does not serve registry "${claimed}"`);
  }
  const preferred = named.find(({ namespace }) => namespace === preferredNamespace);
  if (preferred !== undefined || named.length === 1) return preferred ?? only;
  const whose = 'which one is meant can not be told';
  return ambiguous(
    'registry-not-named',
    `This service serves registry "${claimed}" of several namespaces: ${whose}`,
  );
}

export function registryNotNamed(): AmbiguousCall {
  return ambiguous(
    'registry-not-named',
    'This service serves no registry or several: name it in x-omnia-tool-registry',
  );
}
