import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../stack.js';
import { renderChart } from './render-chart.js';

/** A file below `manifests/` that is made from others there: its path below the root, and its text. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

export const CHART_FILES = 'manifests/chart/files';
export const INSTALL = 'manifests/install';

/** A chart can only hold what is in its own folder. */
const COPIES = [
  { from: 'manifests/crds', to: `${CHART_FILES}/crds` },
  { from: 'manifests/monitoring', to: `${CHART_FILES}/monitoring` },
];

/** Must be there before anything is rendered. */
export function chartCopies(): ManifestFile[] {
  return COPIES.flatMap(({ from, to }) =>
    filesIn(from).map((name) => ({
      path: `${to}/${name}`,
      text: readFileSync(join(ROOT, from, name), 'utf8'),
    })),
  );
}

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  name: omnia-system
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/** For those who install without Helm. */
export async function installFiles(): Promise<ManifestFile[]> {
  const uninstall = await renderChart({ template: 'templates/operator/uninstall-job.yaml' });
  return [
    { path: `${INSTALL}/omnia-policy.yaml`, text: `${NAMESPACE}${withoutHelm(await renderChart())}` },
    { path: `${INSTALL}/uninstall.yaml`, text: withoutHelm(uninstall) },
  ];
}

/** Without what would say that Helm looks after these objects. */
function withoutHelm(yaml: string): string {
  return yaml
    .split('\n')
    .filter(
      (line) => !/^ *(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*|# Source: .*)$/.test(line),
    )
    .join('\n');
}

function filesIn(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}
