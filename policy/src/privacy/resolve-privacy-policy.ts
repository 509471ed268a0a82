/** Which policy a reference names: its namespace follows from where the reference stands. */
export interface PrivacyPolicyRef {
  readonly namespace: string;
  readonly name: string;
}

/** What an AgentRuntime says. */
export interface PrivacyChoice {
  /** `spec.privacyPolicyRef.name` */
  readonly privacyPolicy: string | undefined;
  readonly serviceGroup: string;
}

/** What a Workspace says. */
export interface PrivacyWorkspace {
  readonly ref: { readonly name: string };
  /** `spec.namespace.name` */
  readonly namespace: string;
  readonly services: readonly { readonly name: string; readonly privacyPolicy: string | undefined }[];
}

export interface PrivacyQuestion<P> {
  /** The agent's namespace. */
  readonly namespace: string;
  /** Undefined: no such AgentRuntime; then the group is `default`. */
  readonly agent: PrivacyChoice | undefined;
  /** All of them, or at least those of the namespace. */
  readonly workspaces: readonly PrivacyWorkspace[];
  /** Where the policy for everybody else is. */
  readonly systemNamespace: string;
  readonly find: (ref: PrivacyPolicyRef) => P | undefined;
}

export type PrivacySource = 'agent' | 'serviceGroup' | 'globalDefault';

/**
 * Only `none` means that no policy applies. A reference that leads nowhere ends the search: going on to a weaker policy,
 * or to none, is not what its author wanted.
 */
export type PrivacyAnswer<P> =
  | {
      readonly kind: 'resolved';
      readonly source: PrivacySource;
      readonly ref: PrivacyPolicyRef;
      readonly policy: P;
    }
  | { readonly kind: 'not-found'; readonly source: PrivacySource; readonly ref: PrivacyPolicyRef }
  /** Several Workspaces own the namespace, and their group has different policies. */
  | { readonly kind: 'ambiguous'; readonly workspaces: readonly string[] }
  | { readonly kind: 'none' };

export const DEFAULT_SERVICE_GROUP = 'default';
export const GLOBAL_DEFAULT_POLICY = 'default';

/**
 * The first of these counts, as a whole: the agent's own reference; that of its service group in the Workspace that owns
 * its namespace; the policy `default` of the system namespace; none.
 */
export function resolvePrivacyPolicy<P>(question: PrivacyQuestion<P>): PrivacyAnswer<P> {
  const { namespace, agent, systemNamespace, find } = question;
  if (agent?.privacyPolicy) return lookUp('agent', { namespace, name: agent.privacyPolicy }, find);
  const owners = question.workspaces.filter((workspace) => workspace.namespace === namespace);
  const group = agent?.serviceGroup ?? DEFAULT_SERVICE_GROUP;
  const names = new Set(owners.map((owner) => groupPolicy(owner, group)));
  if (names.size > 1) {
    return { kind: 'ambiguous', workspaces: owners.map(({ ref }) => ref.name).sort() };
  }
  const [name = ''] = names;
  if (name !== '') return lookUp('serviceGroup', { namespace, name }, find);
  const ref = { namespace: systemNamespace, name: GLOBAL_DEFAULT_POLICY };
  const policy = find(ref);
  return policy === undefined ? { kind: 'none' } : { kind: 'resolved', source: 'globalDefault', ref, policy };
}

/** Empty: the Workspace names none for the group. */
function groupPolicy({ services }: PrivacyWorkspace, group: string): string {
  return services.find(({ name }) => name === group)?.privacyPolicy ?? '';
}

function lookUp<P>(
  source: PrivacySource,
  ref: PrivacyPolicyRef,
  find: PrivacyQuestion<P>['find'],
): PrivacyAnswer<P> {
  const policy = find(ref);
  return policy === undefined
    ? { kind: 'not-found', source, ref }
    : { kind: 'resolved', source, ref, policy };
}
