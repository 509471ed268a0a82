import {
  isAbsent,
  readChoice,
  readList,
  readObject,
  readText,
  reportDuplicates,
  type Field,
} from './field.js';
import { CALL_NAME } from './call-name.js';
import { ON_FAILURE } from './tool-policy.js';

/** AgentPolicy.spec with its defaults applied. */
export interface AgentPolicySpec {
  /** Empty: every agent of the namespace. */
  readonly agents: readonly string[];
  readonly forwardClaims: readonly ForwardClaim[];
  readonly toolAccess?: ToolAccess;
  readonly mode: 'enforce' | 'permissive';
  readonly onFailure: 'deny' | 'allow';
}

export interface ForwardClaim {
  readonly claim: string;
  readonly header: string;
}

export interface ToolAccess {
  readonly mode: 'allowlist' | 'denylist';
  readonly rules: readonly { readonly registry: string; readonly tools: readonly string[] }[];
}

export const AGENT_POLICY_MODES = ['enforce', 'permissive'] as const;

const CLAIM = {
  maxLength: 253,
  pattern: {
    // What the filter refuses (control characters) or can't be JSON (half a surrogate pair) must not get that far.
    regExp: /^[^.\p{Cc}\p{Cs}]*(\.[^.\p{Cc}\p{Cs}]*){0,31}$/u,
    means: 'a claim name of at most 32 parts without control characters',
  },
};
const CLAIM_HEADER = {
  maxLength: 128,
  pattern: {
    regExp: /^X-Omnia-Claim-[A-Za-z0-9-]+$/,
    means: 'X-Omnia-Claim- followed by letters, digits and -',
  },
};

export function readAgentPolicySpec(field: Field): AgentPolicySpec {
  const spec = readObject(field, ['selector', 'claimMapping', 'toolAccess', 'mode', 'onFailure']);
  const toolAccess = readToolAccess(spec('toolAccess'));
  return {
    agents: readAgents(spec('selector')),
    forwardClaims: readClaimMapping(spec('claimMapping')),
    ...(toolAccess && { toolAccess }),
    mode: readChoice(spec('mode'), AGENT_POLICY_MODES, 'enforce'),
    onFailure: readChoice(spec('onFailure'), ON_FAILURE, 'deny'),
  };
}

function readAgents(field: Field): string[] {
  if (isAbsent(field)) return [];
  const selector = readObject(field, ['agents']);
  return readList(selector('agents'), { maxItems: 256 }, (agent) => readText(agent, CALL_NAME));
}

function readClaimMapping(field: Field): ForwardClaim[] {
  if (isAbsent(field)) return [];
  const forwardClaims = readObject(field, ['forwardClaims'])('forwardClaims');
  const entries = readList(forwardClaims, { maxItems: 64 }, (item) => {
    const entry = readObject(item, ['claim', 'header']);
    return { claim: readText(entry('claim'), CLAIM), header: readText(entry('header'), CLAIM_HEADER) };
  });
  reportDuplicates(
    forwardClaims,
    entries.map((entry) => entry.claim),
    'claim',
  );
  reportDuplicates(
    forwardClaims,
    entries.map((entry) => entry.header.toLowerCase()),
    'header',
  );
  return entries;
}

function readToolAccess(field: Field): ToolAccess | undefined {
  if (isAbsent(field)) return undefined;
  const toolAccess = readObject(field, ['mode', 'rules']);
  return {
    mode: readChoice(toolAccess('mode'), ['allowlist', 'denylist']),
    rules: readList(toolAccess('rules'), { minItems: 1, maxItems: 256 }, (item) => {
      const rule = readObject(item, ['registry', 'tools']);
      return {
        registry: readText(rule('registry'), CALL_NAME),
        tools: readList(rule('tools'), { minItems: 1, maxItems: 256 }, (tool) => readText(tool, CALL_NAME)),
      };
    }),
  };
}
