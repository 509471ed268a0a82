import { API_VERSION, parseResource, type Problem } from '@omnia-policy/policy';

export function policyObject(kind: string, spec: unknown): unknown {
  return { apiVersion: API_VERSION, kind, metadata: { name: 'p', namespace: 'production' }, spec };
}

export interface ParserVerdict {
  /** With the parser's defaults; undefined if there are problems. */
  readonly spec: unknown;
  readonly problems: readonly Problem[];
}

export function parserVerdict(kind: string, spec: unknown): ParserVerdict {
  const parsed = parseResource(policyObject(kind, spec));
  if (!parsed.ok) return { spec: undefined, problems: parsed.problems };
  return { spec: 'spec' in parsed.resource ? parsed.resource.spec : undefined, problems: [] };
}
