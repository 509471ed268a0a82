import type { AgentContribution } from './compile-document.js';

type AgentsOf = (namespace: string, serviceAccount: string) => readonly string[];

/** An agent runs as the service account `<agent>-facade` unless its AgentRuntime says otherwise; pods of before may still do. */
const USUAL_SUFFIX = '-facade';
const NO_AGENTS: readonly string[] = [];

/** Which agents run as a service account: those whose AgentRuntime names it, and the one whose usual account it is. */
export function indexServiceAccounts(overrides: readonly AgentContribution[]): AgentsOf {
  const named = new Map<string, Set<string>>();
  for (const { namespace, name, serviceAccount } of overrides) {
    const key = `${namespace}/${serviceAccount}`;
    const agents = named.get(key) ?? new Set(usual(serviceAccount));
    named.set(key, agents.add(name));
  }
  const known = new Map([...named].map(([key, agents]) => [key, [...agents].sort()]));
  return (namespace, serviceAccount) => known.get(`${namespace}/${serviceAccount}`) ?? usual(serviceAccount);
}

function usual(serviceAccount: string): readonly string[] {
  const agent = serviceAccount.endsWith(USUAL_SUFFIX) ? serviceAccount.slice(0, -USUAL_SUFFIX.length) : '';
  return agent === '' ? NO_AGENTS : [agent];
}
