/** Everything that a status of ours may say; docs/reference/conditions.md explains each line, and a test compares them. */
export interface ConditionRow {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly kinds: readonly StatusKind[];
}

export type StatusKind = 'AgentPolicy' | 'ToolPolicy' | 'SessionPrivacyPolicy' | 'Workspace' | 'AgentRuntime';
export type ConditionType =
  'Ready' | 'Compiled' | 'Checked' | 'Effective' | 'Enforced' | 'ClaimsVerified' | 'PrivacyPolicyResolved';

const AGENT = ['AgentPolicy'] as const;
const TOOL = ['ToolPolicy'] as const;
const BOTH = ['AgentPolicy', 'ToolPolicy'] as const;

export const CONDITION_TABLE = [
  { type: 'Ready', status: 'True', reason: 'PolicyApplied', kinds: AGENT },
  { type: 'Ready', status: 'Unknown', reason: 'Applying', kinds: AGENT },
  { type: 'Ready', status: 'False', reason: 'PolicyInvalid', kinds: [...BOTH, 'SessionPrivacyPolicy'] },
  { type: 'Ready', status: 'False', reason: 'NoAgentsMatched', kinds: AGENT },
  { type: 'Ready', status: 'False', reason: 'IstioNotInstalled', kinds: AGENT },
  { type: 'Ready', status: 'False', reason: 'NameClash', kinds: AGENT },
  { type: 'Ready', status: 'False', reason: 'Refused', kinds: AGENT },
  { type: 'Ready', status: 'True', reason: 'PolicyValidated', kinds: ['ToolPolicy', 'SessionPrivacyPolicy'] },
  { type: 'Ready', status: 'False', reason: 'CompileError', kinds: TOOL },
  { type: 'Ready', status: 'False', reason: 'SecretNotFound', kinds: ['SessionPrivacyPolicy'] },
  { type: 'Compiled', status: 'True', reason: 'PolicyCompiled', kinds: TOOL },
  { type: 'Compiled', status: 'False', reason: 'CompileError', kinds: TOOL },
  { type: 'Compiled', status: 'False', reason: 'PolicyInvalid', kinds: TOOL },
  { type: 'Checked', status: 'True', reason: 'NoWarnings', kinds: TOOL },
  { type: 'Checked', status: 'False', reason: 'UnknownRegistry', kinds: TOOL },
  { type: 'Checked', status: 'False', reason: 'UnknownTool', kinds: TOOL },
  { type: 'Checked', status: 'False', reason: 'RuleNeverMatches', kinds: TOOL },
  { type: 'Checked', status: 'False', reason: 'UnguardedBodyAccess', kinds: TOOL },
  { type: 'Effective', status: 'True', reason: 'Guarded', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'IstioNotInstalled', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'AttachmentClash', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'AttachmentRefused', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'NoAgentsMatched', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'NoProxy', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'NoHttpPort', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'PortUnknown', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'NoServiceForRegistry', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'UnknownRegistry', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'Conflict', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'UnknownTool', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'SharedServiceAccount', kinds: AGENT },
  { type: 'Effective', status: 'False', reason: 'OverlappingServices', kinds: BOTH },
  { type: 'Effective', status: 'False', reason: 'CustomProvider', kinds: BOTH },
  { type: 'Effective', status: 'Unknown', reason: 'Attaching', kinds: BOTH },
  { type: 'ClaimsVerified', status: 'True', reason: 'IssuersKnown', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'False', reason: 'NoIssuer', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'False', reason: 'NoAgentProxy', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'False', reason: 'AttachmentClash', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'False', reason: 'AttachmentRefused', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'False', reason: 'TooManyAgents', kinds: AGENT },
  { type: 'ClaimsVerified', status: 'Unknown', reason: 'Attaching', kinds: AGENT },
  { type: 'Enforced', status: 'True', reason: 'AllReplicas', kinds: TOOL },
  { type: 'Enforced', status: 'False', reason: 'NoReplicas', kinds: TOOL },
  { type: 'Enforced', status: 'False', reason: 'Lagging', kinds: TOOL },
  { type: 'Enforced', status: 'Unknown', reason: 'Waiting', kinds: TOOL },
  {
    type: 'PrivacyPolicyResolved',
    status: 'True',
    reason: 'PolicyResolved',
    kinds: ['Workspace', 'AgentRuntime'],
  },
  { type: 'PrivacyPolicyResolved', status: 'True', reason: 'DefaultPolicy', kinds: ['Workspace'] },
  { type: 'PrivacyPolicyResolved', status: 'True', reason: 'WorkspaceDefault', kinds: ['AgentRuntime'] },
  {
    type: 'PrivacyPolicyResolved',
    status: 'False',
    reason: 'PolicyNotFound',
    kinds: ['Workspace', 'AgentRuntime'],
  },
  {
    type: 'PrivacyPolicyResolved',
    status: 'False',
    reason: 'PolicyInvalid',
    kinds: ['Workspace', 'AgentRuntime'],
  },
  {
    type: 'PrivacyPolicyResolved',
    status: 'False',
    reason: 'NamespaceShared',
    kinds: ['Workspace', 'AgentRuntime'],
  },
] as const satisfies readonly ConditionRow[];

export type KnownCondition = (typeof CONDITION_TABLE)[number];
