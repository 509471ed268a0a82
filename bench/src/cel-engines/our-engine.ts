import {
  compileHeaderValue,
  compileRule,
  createActivation,
  type Activation,
  type JsonObject,
} from '@omnia-policy/policy';
import type { Engine, RecordedCall } from './engine.js';

/** policy/src/cel behind its public interface: a rule, or else a header value. */
export const ourEngine: Engine = {
  name: 'ours',
  compile(text) {
    const rule = compileRule(text);
    const compiled = rule.ok ? rule : compileHeaderValue(text);
    if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
    return (activation) => {
      const result = compiled.expression.evaluate(activation as Activation);
      if (!result.ok) throw new Error(result.code);
      return result.value;
    };
  },
  activate: ({ headers, body, identity }: RecordedCall) =>
    createActivation({
      namespace: 'production',
      agentNamespace: 'production',
      registry: 'customer-tools',
      tool: 'process_refund',
      agent: identity.agent,
      agents: [identity.agent],
      isCallerUnknown: false,
      principal: '',
      served: [],
      headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      request: { method: 'POST', path: '/refunds', host: 'tools.example' },
      identity: { ...identity, claims: new Map(Object.entries(identity.claims)) },
      body: { state: 'object', value: JSON.parse(body) as JsonObject },
      shape: { kind: 'tool-call' },
    }),
};
