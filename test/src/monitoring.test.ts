import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import t from 'tap';
import { ROOT } from './stack.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { groups } = parse(read('manifests/monitoring/alerts.yaml')) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const { panels } = JSON.parse(read('manifests/monitoring/dashboard.json')) as { panels: readonly Panel[] };

const rules = groups.flatMap((group) => group.rules);
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);

/** Metric → its labels, from where the programs make it. */
const metrics = new Map(
  ['service', 'kube', 'ext-authz', 'operator']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, 'src', file),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...read(file).matchAll(/name: '(omnia_\w+)',[^}]*?help:[^}]*/g)].map(([text, name = '']) => {
        const [, labels = ''] = /labels: \[([^\]]*)\]/.exec(text) ?? [];
        return [name, [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label)] as const;
      }),
    ),
);
/** Put on by Prometheus, or by the library that measures the process. */
const OTHERS = ['up', 'process_cpu_seconds_total', 'process_resident_memory_bytes'];
const TARGET_LABELS = ['job', 'pod', 'le'];

const everyQuery = [...rules.map(({ alert, expr }) => ({ title: alert, expr })), ...queries];

t.test('every metric of the dashboard and the alerts is one that a program makes', (t) => {
  for (const { title, expr } of everyQuery) {
    const names = [...expr.matchAll(/\b((?:omnia|process|nodejs)_\w+|up(?=\{))/g)].map(([name]) => name);
    t.ok(names.length > 0, title);
    for (const name of names) {
      t.ok(
        metrics.has(name.replace(/_(bucket|sum|count)$/, '')) || OTHERS.includes(name),
        `${title}: ${name}`,
      );
    }
  }
  t.end();
});

t.test('every label that they look at is one that the metric has', (t) => {
  for (const { title, expr } of everyQuery) {
    const known = [...metrics].flatMap(([name, labels]) => (expr.includes(name) ? labels : []));
    const used = [
      ...[...expr.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
      ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
    ];
    for (const label of used) t.ok([...known, ...TARGET_LABELS].includes(label), `${title}: ${label}`);
  }
  for (const { title, legendFormat } of queries) {
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
      t.ok(
        [...metrics.values()].flat().includes(label) || TARGET_LABELS.includes(label),
        `${title}: ${label}`,
      );
    }
  }
  t.end();
});

t.test('every alert says how bad it is, what it is and what to do', (t) => {
  t.ok(rules.length > 5);
  for (const { alert, labels, annotations } of rules) {
    t.match(alert, /^Omnia[A-Z]/);
    t.ok(['critical', 'warning'].includes(labels.severity), alert);
    t.match(annotations.summary, /\S/);
    t.match(annotations.description, /\S/);
  }
  t.end();
});
