import {
  isAbsent,
  readBoolean,
  readChoice,
  readList,
  readObject,
  readText,
  report,
  reportDuplicates,
  type Field,
} from './field.js';
import { checkInjectableHeader, foldHeaderName, INJECTABLE_HEADER_MAX_LENGTH } from './injectable-header.js';
import { CALL_NAME } from './call-name.js';

/** ToolPolicy.spec with its defaults applied. CEL is not compiled yet. */
export interface ToolPolicySpec {
  readonly selector: { readonly registry: string; readonly tools: readonly string[] };
  readonly requiredClaims: readonly RequiredClaim[];
  readonly rules: readonly DenyRule[];
  readonly headerInjection: readonly HeaderInjection[];
  readonly mode: 'enforce' | 'audit';
  readonly onFailure: 'deny' | 'allow';
  readonly audit: { readonly logDecisions: boolean; readonly redactFields: readonly string[] };
}

export interface RequiredClaim {
  readonly claim: string;
  readonly message: string;
}

export interface DenyRule {
  readonly name: string;
  readonly cel: string;
  readonly message: string;
  /** Path of the expression, for problems that only the CEL compiler finds. */
  readonly path: string;
}

export type HeaderInjection =
  | { readonly header: string; readonly value: string }
  | { readonly header: string; readonly cel: string; readonly path: string };

export const TOOL_POLICY_MODES = ['enforce', 'audit'] as const;
export const ON_FAILURE = ['deny', 'allow'] as const;

const MESSAGE = { maxLength: 1024 };
const CEL = { maxLength: 4096 };
const CLAIM = {
  maxLength: 128,
  pattern: {
    regExp: /^[A-Za-z0-9_-]+$/,
    means: 'the rest of an X-Omnia-Claim- header name: letters, digits, - and _',
  },
};

export function readToolPolicySpec(field: Field): ToolPolicySpec {
  const spec = readObject(field, [
    'selector',
    'rules',
    'requiredClaims',
    'headerInjection',
    'mode',
    'onFailure',
    'audit',
  ]);
  const rules = spec('rules');
  const parsedRules = readList(rules, { minItems: 1, maxItems: 64 }, readRule);
  reportDuplicates(
    rules,
    parsedRules.map((rule) => rule.name),
    'name',
  );
  return {
    selector: readSelector(spec('selector')),
    requiredClaims: readRequiredClaims(spec('requiredClaims')),
    rules: parsedRules,
    headerInjection: readInjections(spec('headerInjection')),
    mode: readChoice(spec('mode'), TOOL_POLICY_MODES, 'enforce'),
    onFailure: readChoice(spec('onFailure'), ON_FAILURE, 'deny'),
    audit: readAudit(spec('audit')),
  };
}

function readSelector(field: Field): ToolPolicySpec['selector'] {
  const selector = readObject(field, ['registry', 'tools']);
  return {
    registry: readText(selector('registry'), CALL_NAME),
    tools: readList(selector('tools'), { maxItems: 256 }, (tool) => readText(tool, CALL_NAME)),
  };
}

function readRule(field: Field): DenyRule {
  const rule = readObject(field, ['name', 'description', 'deny']);
  const deny = readObject(rule('deny'), ['cel', 'message']);
  if (!isAbsent(rule('description'))) readText(rule('description'), { minLength: 0, maxLength: 1024 });
  const cel = deny('cel');
  return {
    name: readText(rule('name'), { maxLength: 128 }),
    cel: readText(cel, CEL),
    message: readText(deny('message'), MESSAGE),
    path: cel.path,
  };
}

function readRequiredClaims(field: Field): RequiredClaim[] {
  const claims = readList(field, { maxItems: 32 }, readRequiredClaim);
  reportDuplicates(
    field,
    claims.map(({ claim }) => foldHeaderName(claim)),
    'claim',
  );
  return claims;
}

function readRequiredClaim(field: Field): RequiredClaim {
  const claim = readObject(field, ['claim', 'message']);
  return { claim: readText(claim('claim'), CLAIM), message: readText(claim('message'), MESSAGE) };
}

function readInjections(field: Field): HeaderInjection[] {
  const injections = readList(field, { maxItems: 32 }, readInjection);
  reportDuplicates(
    field,
    injections.map(({ header }) => foldHeaderName(header)),
    'header',
  );
  return injections;
}

function readInjection(field: Field): HeaderInjection {
  const injection = readObject(field, ['header', 'value', 'cel']);
  const name = injection('header');
  const header = readText(name, { maxLength: INJECTABLE_HEADER_MAX_LENGTH });
  if (header !== '') checkInjectableHeader(name, header);
  const cel = injection('cel');
  const value = injection('value');
  if (isAbsent(cel) === isAbsent(value)) {
    report(field, 'not-allowed', `${field.path} must have exactly one of value and cel`);
  }
  if (!isAbsent(cel)) return { header, cel: readText(cel, CEL), path: cel.path };
  if (isAbsent(value)) return { header, value: '' };
  return { header, value: readText(value, { minLength: 0, maxLength: 4096, pattern: HEADER_VALUE }) };
}

/** What may stand in a header value: no control characters (RFC 9110 section 5.5), no blanks at the ends. */
export const HEADER_VALUE = {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  regExp: /^(?![ ])[^\u0000-\u001f\u007f]*(?<![ ])$/,
  means: 'a header value: no control characters, no blanks at the ends',
};

function readAudit(field: Field): ToolPolicySpec['audit'] {
  if (isAbsent(field)) return { logDecisions: false, redactFields: [] };
  const audit = readObject(field, ['logDecisions', 'redactFields']);
  return {
    logDecisions: readBoolean(audit('logDecisions'), false),
    redactFields: readList(audit('redactFields'), { maxItems: 64 }, (name) =>
      readText(name, { maxLength: 128 }),
    ),
  };
}
