export type { Problem, ProblemCode } from './resources/problem.js';
export { asRecord, isRecord } from './resources/field.js';
export { compareText } from './index-policies.js';
export { API_VERSION, parseResource, type ParsedResource, type Resource } from './resources/resource.js';
export { isList, type JsonArray, type JsonObject, type JsonValue } from './call/json.js';
export type {
  CallBody,
  Identity,
  McpMessage,
  RequestLine,
  ToolCall,
  UnreadableReason,
} from './call/tool-call.js';
export type { AgentIdentity } from './call/agent-identity.js';
export type { Attachment, RegistryRef } from './call/attachment.js';
export type { CallShape } from './call/call-shape.js';
export { toolCallFromHttp, type HttpToolRequest } from './call/tool-call-from-http.js';
export { MAX_BODY_BYTES, type RawBody } from './call/read-body.js';
export { decide, type DecideOptions } from './decide.js';
export { denialResponse, type DenialResponse, type McpDenial } from './denial-response.js';
export type { Decision, Finding, InjectedHeader, PolicyRef } from './decision.js';
export type { Evaluation, EvaluationErrorCode } from './cel/evaluation.js';
export type {
  Activation,
  CompileResult,
  Expression,
  ExpressionProblem,
  RootVariable,
} from './cel/expression.js';
export { compileRule } from './cel/compile-rule.js';
export { compileHeaderValue } from './cel/compile-header-value.js';
export { createActivation } from './cel/create-activation.js';
export type {
  PersonalData,
  PrivacyPolicySpec,
  Recording,
  StoreDays,
  UserOptOut,
} from './privacy/privacy-policy.js';
export { parsePrivacyPolicySpec, type ParsedPrivacyPolicySpec } from './privacy/privacy-policy.js';
export type { Encryption, KeyRotation, KmsProvider } from './privacy/encryption.js';
export type { BuiltInPattern, PiiPattern, PiiStrategy } from './privacy/pii-pattern.js';
export {
  DEFAULT_SERVICE_GROUP,
  GLOBAL_DEFAULT_POLICY,
  resolvePrivacyPolicy,
  type PrivacyAnswer,
  type PrivacyChoice,
  type PrivacyPolicyRef,
  type PrivacyQuestion,
  type PrivacySource,
  type PrivacyWorkspace,
} from './privacy/resolve-privacy-policy.js';
export { fileOf, type PolicyDocument } from './document.js';
export { agentClaimMappings } from './claim-mappings.js';
export { workloadNeeds } from './mesh-needs.js';
export { compilePolicySet, type CompileOptions } from './compile-policy-set.js';
export type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
export type { CompiledToolPolicy } from './tool/compile-tool-policy.js';
export { lintToolPolicy, type Warning } from './tool/lint-tool-policy.js';
export type { ClaimMapping, MeshNeeds, PolicyEntry, PolicySet } from './policy-set.js';
export type { PolicySource } from './source.js';
