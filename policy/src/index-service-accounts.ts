import type { AgentContribution } from './compile-document.js';

type AgentsOf = (namespace: string, serviceAccount: string) => readonly string[];

/** An agent whose AgentRuntime says nothing else runs as the service account `<agent>-facade`. */
const USUAL_SUFFIX = '-facade';
const NO_AGENTS: readonly string[] = [];

/**
 * Which agents run as a service account: those whose AgentRuntime names it, and the one whose usual account it is unless
 * that one runs as another.
 */
export function indexServiceAccounts(overrides: readonly AgentContribution[]): AgentsOf {
  const elsewhere = new Set(overrides.map(({ namespace, name }) => `${namespace}/${name}`));
  const usual = (namespace: string, serviceAccount: string): readonly string[] => {
    if (!serviceAccount.endsWith(USUAL_SUFFIX)) return NO_AGENTS;
    const agent = serviceAccount.slice(0, -USUAL_SUFFIX.length);
    return agent === '' || elsewhere.has(`${namespace}/${agent}`) ? NO_AGENTS : [agent];
  };
  const named = new Map<string, Set<string>>();
  for (const { namespace, name, serviceAccount } of overrides) {
    const key = `${namespace}/${serviceAccount}`;
    const agents = named.get(key) ?? new Set(usual(namespace, serviceAccount));
    named.set(key, agents.add(name));
  }
  const known = new Map([...named].map(([key, agents]) => [key, [...agents].sort()]));
  return (namespace, serviceAccount) =>
    known.get(`${namespace}/${serviceAccount}`) ?? usual(namespace, serviceAccount);
}
