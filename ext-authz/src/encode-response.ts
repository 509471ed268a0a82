import type { Decision, DenialResponse } from '@omnia-policy/policy';
import { randomUUID } from 'node:crypto';
import {
  overwrite,
  rpcCode,
  type CheckResponse,
  type EncodedCheckResponse,
  type HeaderOption,
} from './check-messages.js';
import { checkMethod } from './services.js';
import { summariseDecision, type DecisionSummary } from './summarise-decision.js';

/** A decision as Envoy is told it. */
export interface DecisionAnswer {
  readonly decision: Decision;
  readonly decisionId: string;
  /** Present exactly when the decision is deny. */
  readonly denial?: DenialResponse;
}

/**
 * Encodes the CheckResponse of a decision. Two responses to the same decision differ in their ids only: the rest is
 * encoded once and kept, and the id is written into a copy.
 */
export function encodeResponse({ decision, decisionId, denial }: DecisionAnswer): EncodedCheckResponse {
  const content: Content = { ...summariseDecision(decision), inject: injection(decision), denial };
  const { bytes, idOffsets } = templateOf(content);
  const response = Buffer.allocUnsafe(bytes.length);
  bytes.copy(response);
  for (const offset of idOffsets) response.write(decisionId, offset, 'latin1');
  return response;
}

/** Everything of a response but the id. */
interface Content extends DecisionSummary {
  readonly inject: string;
  readonly denial: DenialResponse | undefined;
}

interface Template {
  readonly bytes: Buffer;
  readonly idOffsets: readonly number[];
}

const templates = new Map<string, Template>();
/** Header values and MCP ids are part of a template and can be new with each call: the memory is bounded. */
const maxTemplates = 1000;
/** As long as an id. Random, so that no text of a policy or call can hold it. */
const idPlaceholder = randomUUID();

function templateOf(content: Content): Template {
  const isPlain = content.outcome === 'allowed' && content.inject === nothingToInject;
  const key = isPlain ? '' : JSON.stringify(content);
  let template = templates.get(key);
  if (template === undefined) {
    const bytes = serialise(responseOf(content));
    template = { bytes, idOffsets: offsetsOf(bytes, idPlaceholder) };
    if (templates.size >= maxTemplates) templates.clear();
    templates.set(key, template);
  }
  return template;
}

const { responseSerialize: serialise } = checkMethod;

function offsetsOf(bytes: Buffer, text: string): readonly number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) offsets.push(at);
  return offsets;
}

function responseOf({ denial, ...fields }: Content): CheckResponse {
  const idHeader = header('x-omnia-decision-id', idPlaceholder);
  const dynamic_metadata = metadataOf({ ...fields, decision_id: idPlaceholder });
  if (denial === undefined) {
    return {
      status: { code: rpcCode.ok },
      ok_response: { response_headers_to_add: [idHeader] },
      dynamic_metadata,
    };
  }
  return {
    status: { code: rpcCode.permissionDenied },
    denied_response: {
      status: { code: denial.status },
      headers: [header('content-type', denial.contentType), idHeader],
      body: denial.body,
    },
    dynamic_metadata,
  };
}

function metadataOf(texts: Readonly<Record<string, string>>): CheckResponse['dynamic_metadata'] {
  const fields = Object.entries(texts).map(([name, string_value]) => [name, { string_value }] as const);
  return { fields: Object.fromEntries(fields) };
}

/** Without one, which is the rule, both lists are empty: serialised once. */
const nothingToInject = '{"remove":[],"set":[]}';

/** For the filter that writes the headers: first every name is removed, then the values are set. */
function injection({ injectHeaders, removeHeaders }: Decision): string {
  if (injectHeaders.length === 0 && removeHeaders.length === 0) return nothingToInject;
  return JSON.stringify({
    remove: removeHeaders,
    set: injectHeaders.map(({ name, value }) => [name, value]),
  });
}

function header(key: string, value: string): HeaderOption {
  return { header: { key, value }, append_action: overwrite };
}
