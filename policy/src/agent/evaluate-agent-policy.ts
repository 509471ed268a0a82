import type { ToolCall } from '../call/tool-call.js';
import type { Finding } from '../decision.js';
import { judge } from '../judge.js';
import type { CompiledAgentPolicy } from './compile-agent-policy.js';

const RULE = 'tool-access';

/** An allowlist must hold the call's tool, a denylist must not. The registries that it names are of its own namespace. */
export function evaluateAgentPolicy(policy: CompiledAgentPolicy, call: ToolCall): Finding | undefined {
  if (policy.broken) {
    const error = {
      code: 'policy-not-compiled',
      detail: 'the AgentPolicy has problems; see its status',
    } as const;
    return judge(policy, { rule: RULE, message: 'The policy for this agent has an error', error });
  }
  if (!policy.access) return undefined;
  const isOwn = call.namespace === policy.ref.namespace;
  const tools = isOwn ? policy.access.tools.get(call.registry) : undefined;
  if (call.shape.kind === 'unknown-tool') return judgeUnknownTool(policy, tools !== undefined);
  const listed = tools?.has(call.tool) ?? false;
  if (listed === (policy.access.mode === 'allowlist')) return undefined;
  const message = `Agent "${call.agent}" may not call tool "${call.tool}" of registry "${call.registry}"`;
  return judge(policy, { rule: RULE, message });
}

/** What names no tool is none of an allowlist's. */
export function evaluateUnnamedTool(policy: CompiledAgentPolicy, { agent }: ToolCall): Finding {
  const message = `Agent "${agent}" may only call listed tools, and the request names none`;
  return judge(policy, { rule: RULE, message });
}

/** The tool's name can't be read: a list that speaks of the registry can't be checked, so the evaluation failed. */
function judgeUnknownTool(policy: CompiledAgentPolicy, speaksOfRegistry: boolean): Finding | undefined {
  const allowlist = policy.access?.mode === 'allowlist';
  if (!speaksOfRegistry && !allowlist) return undefined;
  const message = 'The tool that is called can not be told from the request';
  if (!speaksOfRegistry) return judge(policy, { rule: RULE, message });
  const error = { code: 'body-unreadable', detail: 'the body that names the tool is unreadable' } as const;
  return judge(policy, { rule: RULE, message, error });
}
