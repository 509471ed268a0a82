import type { CompiledAgentPolicy } from '@omnia-policy/policy';
import type { HeaderCondition } from '../istio/authorization-policy.js';
import { compareText, distinctTexts } from './order.js';

export type ToolAccess = NonNullable<CompiledAgentPolicy['access']>;

/** What a workload serves, seen from the namespace of a policy. */
export interface Served {
  /** Its registries of that namespace. */
  readonly registries: readonly { readonly name: string; readonly speaksMcp: boolean }[];
  /** It serves no other registry at all, so a call that names none means this one. */
  readonly isOnly: boolean;
}

const REGISTRY = 'x-omnia-tool-registry';
const TOOL = 'x-omnia-tool-name';
const PRESENT = ['*'];
const ABSENT = ['*'];

type Rule = readonly HeaderCondition[];

/**
 * Which calls of the policy's agents a workload refuses: each rule is a list of conditions that must all hold. None: the
 * policy forbids nothing there. MCP names tools in bodies, which are not seen here: a header that is absent passes, and
 * ext-authz decides.
 */
export function denyRules({ mode, tools }: ToolAccess, served: Served): readonly Rule[] {
  const listed = served.registries
    .filter(({ name }) => tools.has(name))
    .map((registry) => ({ ...registry, tools: distinctTexts(tools.get(registry.name) ?? []) }))
    .sort((a, b) => compareText(a.name, b.name));
  return mode === 'allowlist' ? allowlistRules(listed, served) : denylistRules(listed, served);
}

interface Listed {
  readonly name: string;
  readonly speaksMcp: boolean;
  readonly tools: readonly string[];
}

function allowlistRules(listed: readonly Listed[], { registries, isOnly }: Served): readonly Rule[] {
  const mayBeAbsent = registries.some(({ speaksMcp }) => speaksMcp);
  if (listed.length === 0) {
    return mayBeAbsent
      ? [[{ header: REGISTRY, values: PRESENT }], [{ header: TOOL, values: PRESENT }]]
      : [[]];
  }
  const names = listed.map(({ name }) => name);
  const otherRegistry: Rule = [
    { header: REGISTRY, ...(mayBeAbsent || isOnly ? { values: PRESENT } : {}), notValues: names },
  ];
  const otherTools = listed.map((registry): Rule => {
    const tool = {
      header: TOOL,
      ...(registry.speaksMcp ? { values: PRESENT } : {}),
      notValues: registry.tools,
    };
    return isOnly ? [tool] : [{ header: REGISTRY, values: [registry.name] }, tool];
  });
  return [otherRegistry, ...otherTools];
}

/** A call that names no registry may be for any of them. */
function denylistRules(listed: readonly Listed[], { isOnly }: Served): readonly Rule[] {
  if (listed.length === 0) return [];
  const all = distinctTexts(listed.flatMap(({ tools }) => tools));
  if (isOnly) return [[{ header: TOOL, values: all }]];
  return [
    ...listed.map(({ name, tools }): Rule => [
      { header: REGISTRY, values: [name] },
      { header: TOOL, values: tools },
    ]),
    [
      { header: REGISTRY, notValues: ABSENT },
      { header: TOOL, values: all },
    ],
  ];
}
