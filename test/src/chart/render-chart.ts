import { join } from 'node:path';
import { ROOT } from '../stack.js';
import { runHelm, type HelmResult } from './helm.js';

export const CHART = join(ROOT, 'manifests/chart');

export interface ChartInput {
  /** What a values file holds. */
  readonly values?: unknown;
  readonly namespace?: string;
  /** Only what one template makes. Without it, hooks are left out: applied by hand, they would run at once. */
  readonly template?: string;
}

/** The oldest Kubernetes that the chart takes; helm asks no server when it only renders. */
const KUBE_VERSION = '1.30.0';

/** What `helm template` says, whether or not it succeeds. */
export function templateChart(input: ChartInput = {}): Promise<HelmResult> {
  const { values = {}, namespace = 'omnia-system', template } = input;
  const args = [
    ...['template', 'omnia-policy', CHART, '--namespace', namespace, '--kube-version', KUBE_VERSION],
    ...['--values', '-', ...(template === undefined ? ['--no-hooks'] : ['--show-only', template])],
  ];
  return runHelm(args, JSON.stringify(values));
}

/** YAML documents. Throws what helm says when it fails. */
export async function renderChart(input: ChartInput = {}): Promise<string> {
  const { code, stdout, stderr } = await templateChart(input);
  if (code !== 0) throw new Error(`helm template: ${stderr}`);
  return stdout;
}
