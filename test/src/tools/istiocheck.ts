import { execFileSync } from 'node:child_process';
import { requireTool } from './find-tool.js';

/** What Istio says of one object. */
export interface IstioVerdict {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** False: no kind that Istio reads, so nothing was looked at. */
  readonly known: boolean;
  /** Why Istio's webhook would refuse it. */
  readonly error?: string;
  readonly warning?: string;
  /** Of an AuthorizationPolicy (not CUSTOM): Envoy's filters made of it, as JSON of their protos. */
  readonly httpFilters?: readonly unknown[];
  readonly tcpFilters?: readonly unknown[];
}

/** Runs Istio's own validation on YAML or JSON documents; one verdict for each, in order. */
export function istiocheck(yaml: string): IstioVerdict[] {
  const output = execFileSync(requireTool('istiocheck'), { input: yaml, encoding: 'utf8' });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as IstioVerdict);
}
