export type { Problem, ProblemCode } from './resources/problem.js';
export { API_VERSION } from './resources/resource.js';
export { isList, type JsonArray, type JsonObject, type JsonValue } from './call/json.js';
export type {
  CallBody,
  CallShape,
  Identity,
  McpMessage,
  RequestLine,
  ToolCall,
  UnreadableReason,
} from './call/tool-call.js';
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
export { fileOf, type PolicyDocument } from './document.js';
export { compilePolicySet, type CompileOptions } from './compile-policy-set.js';
export type { ClaimMapping, MeshNeeds, PolicyEntry, PolicySet } from './policy-set.js';
export type { PolicySource } from './source.js';
