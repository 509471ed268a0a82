import { join } from 'node:path';
import { ROOT } from './stack.js';

/** What a reader of the guides does with kubectl, and what is shown then. AGE is left to the clock. */
export interface Walkthrough {
  readonly title: string;
  /** Namespaces that must be there first. */
  readonly namespaces: readonly string[];
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'apply'; readonly file: string }
  | { readonly kind: 'listing'; readonly args: readonly string[]; readonly shows: ExpectedListing }
  /** The output is JSON that has at least this. */
  | { readonly kind: 'json'; readonly args: readonly string[]; readonly shows: unknown };

export interface ExpectedListing {
  /** All columns, where the guide shows them. */
  readonly header?: string;
  /** The cells that the guide shows, by column. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

const FOLDER = join(ROOT, 'test/testdata/walkthroughs');

function apply(file: string): Step {
  return { kind: 'apply', file: join(FOLDER, file) };
}

/** @param command as it is typed, without quotes */
function listing(command: string, shows: ExpectedListing): Step {
  return { kind: 'listing', args: command.split(' '), shows };
}

function json(command: string, shows: unknown): Step {
  return { kind: 'json', args: command.split(' '), shows };
}

const RESOLVED = 'jsonpath={.status.conditions[?(@.type=="PrivacyPolicyResolved")]}';

const GUARDRAILS = { NAME: 'refund-guardrails', REGISTRY: 'customer-tools', PHASE: 'Active', RULES: '2' };
const TOOL_POLICY_HEADER = 'NAME REGISTRY MODE PHASE RULES AGE';
const AGENT_POLICY_HEADER = 'NAME MODE PHASE MATCHED AGE';
const SUPPORT_AGENT = { NAME: 'support-agent-policy', MODE: 'enforce', PHASE: 'Active', MATCHED: '1' };

export const SECURING_AGENTS: Walkthrough = {
  title: 'securing agents with policies',
  namespaces: ['production'],
  steps: [
    apply('securing-agents/0-scenario.yaml'),
    apply('securing-agents/1-tool-access.yaml'),
    listing('get agentpolicies -n production', { header: AGENT_POLICY_HEADER, rows: [SUPPORT_AGENT] }),
    apply('securing-agents/2-claims.yaml'),
    apply('securing-agents/3-guardrails-audit.yaml'),
    listing('get toolpolicies -n production', {
      header: TOOL_POLICY_HEADER,
      rows: [{ ...GUARDRAILS, MODE: 'audit' }],
    }),
    apply('securing-agents/5-guardrails-enforce.yaml'),
    listing('get toolpolicies -n production', {
      header: TOOL_POLICY_HEADER,
      rows: [{ ...GUARDRAILS, MODE: 'enforce' }],
    }),
  ],
};

export const PRIVACY_POLICIES: Walkthrough = {
  title: 'configuring privacy policies',
  namespaces: ['my-workspace-ns', 'omnia-system'],
  steps: [
    apply('privacy-policies/1-default-privacy.yaml'),
    listing('get sessionprivacypolicy default-privacy -n my-workspace-ns', {
      rows: [{ NAME: 'default-privacy', PHASE: 'Active' }],
    }),
    apply('privacy-policies/2-workspace.yaml'),
    json(`get workspace my-workspace -o ${RESOLVED}`, {
      type: 'PrivacyPolicyResolved',
      status: 'True',
      reason: 'PolicyResolved',
      message: String,
    }),
    apply('privacy-policies/3-strict-privacy.yaml'),
    apply('privacy-policies/3-sensitive-agent.yaml'),
    json(`get agentruntime sensitive-agent -n my-workspace-ns -o ${RESOLVED}`, {
      type: 'PrivacyPolicyResolved',
      status: 'True',
      reason: 'PolicyResolved',
    }),
    apply('privacy-policies/4-global-default.yaml'),
    listing('get sessionprivacypolicy -n my-workspace-ns', {
      rows: [
        { NAME: 'default-privacy', PHASE: 'Active' },
        { NAME: 'strict-privacy', PHASE: 'Active' },
      ],
    }),
    apply('privacy-policy-reference/agent-override.yaml'),
    json(`get agentruntime my-agent -n my-workspace-ns -o ${RESOLVED}`, {
      type: 'PrivacyPolicyResolved',
      status: 'False',
      reason: 'PolicyNotFound',
    }),
  ],
};

/** Shows what session-api writes, so only for clusters where it runs. */
export const KEY_ROTATION: Walkthrough = {
  title: 'following a key rotation',
  namespaces: ['my-workspace-ns'],
  steps: [
    apply('privacy-policy-reference/key-rotation.yaml'),
    json('get sessionprivacypolicy my-policy -n my-workspace-ns -o jsonpath={.status.keyRotation}', {
      reEncryptionProgress: { status: /^(Pending|InProgress|Completed)$/ },
    }),
  ],
};

export const AGENT_POLICY_REFERENCE: Walkthrough = {
  title: 'the status of an AgentPolicy',
  namespaces: ['production'],
  steps: [
    apply('agent-policy-reference/0-scenario.yaml'),
    apply('agent-policy-reference/customer-service-policy.yaml'),
    listing('get agentpolicies customer-service-policy -n production', {
      header: AGENT_POLICY_HEADER,
      rows: [{ NAME: 'customer-service-policy', MODE: 'enforce', PHASE: 'Active', MATCHED: '1' }],
    }),
    json('get agentpolicy customer-service-policy -n production -o jsonpath={.status}', {
      phase: 'Active',
      matchedAgents: 1,
      observedGeneration: 1,
    }),
    json(
      'get agentpolicy customer-service-policy -n production -o jsonpath={.status.conditions[?(@.type=="Ready")]}',
      {
        type: 'Ready',
        status: 'True',
        reason: 'PolicyApplied',
        message: 'Istio AuthorizationPolicy created',
      },
    ),
  ],
};

/** Manifests that the reference pages show, besides those of the walk-throughs. */
export const REFERENCE_MANIFESTS: readonly string[] = [
  ...['selector-and-claims', 'allowlist', 'denylist'].map((name) => `agent-policy-reference/${name}.yaml`),
  ...['workspace-binding', 'pii', 'record-only', 'gdpr-compliant', 'global-default'].map(
    (name) => `privacy-policy-reference/${name}.yaml`,
  ),
].map((file) => join(FOLDER, file));

/** What `kubectl get` printed, cells by column. Cells may be empty, and names of columns may have blanks. */
export function readListing(output: string): { header: string; rows: Record<string, string>[] } {
  const [first = '', ...lines] = output.trimEnd().split('\n');
  const columns = Array.from(first.matchAll(/\S+(?: \S+)*/g), ({ 0: name, index }) => ({ name, index }));
  const rows = lines.map((line) =>
    Object.fromEntries(
      columns.map(({ name, index }, i) => [name, line.slice(index, columns[i + 1]?.index).trim()]),
    ),
  );
  return { header: columns.map(({ name }) => name).join(' '), rows };
}
