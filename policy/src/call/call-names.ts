import { callerByPrincipal, type AgentIdentity, type PrincipalIdentity } from './agent-identity.js';
import { servedRegistry, type Attachment } from './attachment.js';
import { ambiguous, type AmbiguousCall } from './call-shape.js';
import type { ReadMcp } from './read-mcp.js';

/** Whose call it is and what it is for, as far as that can be believed. What is not known is empty. */
export interface CallNames {
  readonly namespace: string;
  readonly registry: string;
  /** From the header; an MCP message may name it too. */
  readonly tool: string;
  readonly agent: string;
  /** Every agent that the caller may be. */
  readonly agents: readonly string[];
  readonly isCallerUnknown: boolean;
  readonly agentNamespace: string;
  /** Why the names can't stand together. */
  readonly refusal: AmbiguousCall | undefined;
}

export interface NamesQuestion {
  readonly headers: ReadonlyMap<string, string>;
  readonly attachment: Attachment | undefined;
  readonly principal: string;
  readonly mcp: ReadMcp;
}

export function callNames(question: NamesQuestion, identity: AgentIdentity): CallNames {
  const { headers } = question;
  const claimed: ClaimedNames = {
    namespace: headers.get('x-omnia-namespace') ?? '',
    agent: headers.get('x-omnia-agent-name') ?? '',
    registry: headers.get('x-omnia-tool-registry') ?? '',
    tool: headers.get('x-omnia-tool-name') ?? '',
  };
  if (identity.kind === 'principal') return namesByPrincipal(claimed, question, identity);
  const refusal = doubled(claimed, NAMES) ?? misspelt(headers);
  const caller = { agents: [claimed.agent], isCallerUnknown: false };
  if (question.attachment === undefined || refusal !== undefined) {
    const { namespace, registry, tool, agent } = claimed;
    return { namespace, registry, tool, agent, ...caller, agentNamespace: namespace, refusal };
  }
  return namesByAttachment({ ...claimed, ...caller }, question, { attachment: question.attachment });
}

interface ClaimedNames {
  readonly namespace: string;
  readonly agent: string;
  readonly registry: string;
  readonly tool: string;
}

const NAMES = ['namespace', 'agent', 'registry', 'tool'] as const;
/** Which namespace's policies apply is no matter of headers there. */
const NAMES_BESIDE_PRINCIPAL = ['agent', 'registry', 'tool'] as const;

/** Two answers to one question are refused, whichever is meant: the tool might read the other one. */
function doubled(claimed: ClaimedNames, names: readonly (typeof NAMES)[number][]): AmbiguousCall | undefined {
  const name = names.find((one) => claimed[one].includes(','));
  return name && ambiguous('ambiguous-call', `Two values for the ${name} of the call`);
}

const HEADERS = new Set([
  'x-omnia-namespace',
  'x-omnia-agent-name',
  'x-omnia-tool-registry',
  'x-omnia-tool-name',
]);

/** To many a server `x_omnia_tool_name` is the same header: it might read the name that nobody has judged. */
function misspelt(headers: ReadonlyMap<string, string>): AmbiguousCall | undefined {
  for (const header of headers.keys()) {
    if (header.startsWith('x') && header.includes('_') && HEADERS.has(header.replaceAll('_', '-'))) {
      return ambiguous('ambiguous-call', `Header ${header} must be written ${header.replaceAll('_', '-')}`);
    }
  }
  return undefined;
}

function namesByPrincipal(
  claimed: ClaimedNames,
  question: NamesQuestion,
  identity: PrincipalIdentity,
): CallNames {
  const refused = (refusal: AmbiguousCall): CallNames => ({
    ...claimed,
    ...{ namespace: '', agentNamespace: '', agents: [], isCallerUnknown: true, refusal },
  });
  const { attachment, principal } = question;
  if (attachment === undefined) return refused(NOT_ATTACHED);
  const twice = doubled(claimed, NAMES_BESIDE_PRINCIPAL) ?? misspelt(question.headers);
  if (twice) return refused(twice);
  const caller = callerByPrincipal(principal, claimed.agent, identity);
  if ('kind' in caller) return refused(caller);
  const { namespace, agent, agents, isUnknown: isCallerUnknown } = caller;
  const known = { ...claimed, namespace, agent, agents, isCallerUnknown };
  return namesByAttachment(known, question, { attachment, agentNamespace: namespace });
}

const NOT_ATTACHED = ambiguous(
  'not-attached',
  'The proxy in front of this service does not say which registries it serves',
);

/** @param claimed its namespace is the one of the caller, as far as that is known */
function namesByAttachment(
  claimed: ClaimedNames & Pick<CallNames, 'agents' | 'isCallerUnknown'>,
  { mcp }: NamesQuestion,
  { attachment, agentNamespace }: { readonly attachment: Attachment; readonly agentNamespace?: string },
): CallNames {
  const found = servedRegistry(attachment, {
    claimed: claimed.registry,
    namesTool: claimed.tool !== '' || mcp.kind === 'call',
    preferredNamespace: claimed.namespace,
  });
  const isServed = found !== undefined && 'name' in found;
  const namespace = isServed ? found.namespace : '';
  return {
    namespace,
    registry: isServed ? found.name : claimed.registry,
    tool: claimed.tool,
    agent: claimed.agent,
    agents: claimed.agents,
    isCallerUnknown: claimed.isCallerUnknown,
    agentNamespace: agentNamespace ?? namespace,
    refusal: isServed ? undefined : found,
  };
}
