import type { KubeObject } from '@omnia-policy/kube';
import { parseAllDocuments } from 'yaml';
import { renderChart, type ChartInput } from './render-chart.js';

/** What the chart makes, as objects. */
export async function chartObjects(input: ChartInput = {}): Promise<KubeObject[]> {
  return readObjects(await renderChart(input));
}

export function readObjects(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value = document.toJS() as KubeObject | null;
    return value === null ? [] : [value];
  });
}

/** @throws Error when there is not exactly one */
export function oneObject(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} ${name}`);
  return first;
}
