import { machineLine } from '../../measure/machine.js';
import { median, quantile } from '../../measure/median.js';
import { markdownTable } from '../../report/markdown-table.js';
import type { RequestCounts } from '../probe/request-counts.js';
import { totalsOf, type Scale } from '../scale.js';
import type { ChangeCosts } from '../steps/measure-change-costs.js';
import type { OperatorResult } from './operator-result.js';
import { checkOperatorTargets } from './operator-targets.js';

/** The whole result as Markdown that can also be read as text. */
export function operatorReport(result: OperatorResult): string {
  return [
    '# Cluster mode at scale',
    machineLine(result.machine, result.loadAtEnd),
    contentText(result.scale),
    ...(result.short ? [SHORT_RUN_NOTE] : []),
    '## Targets',
    targetTable(result),
    '## From nothing to all policies Active',
    startTable(result),
    startLines(result),
    '## One change until calls obey it',
    enforcedTable(result),
    '## What a change costs',
    costTable(result.costs),
    requestLines(result.costs),
    '## Memory',
    memoryTable(result),
    HOW_TO_READ,
  ].join('\n\n');
}

function contentText(scale: Scale): string {
  const { toolPolicies, agentPolicies, agents, registries } = totalsOf(scale);
  return (
    `${thousands(toolPolicies)} ToolPolicies, ${thousands(agentPolicies)} AgentPolicies, ${thousands(agents)} AgentRuntimes, ` +
    `${thousands(registries)} ToolRegistries with a Service each, and ${thousands(agents + registries)} pods, in ` +
    `${thousands(scale.namespaces)} namespaces. One kube-apiserver with etcd, one istiod, one operator, one ext-authz with one ` +
    'process, the Envoys of one tool service and one agent, and what measures, all on this machine.'
  );
}

function targetTable(result: OperatorResult): string {
  return markdownTable(
    ['promise', 'target', 'measured', ''],
    checkOperatorTargets(result).map(({ title, target, measured, met }) => [
      ...[title, target, measured],
      met ? 'met' : 'NOT MET',
    ]),
  );
}

function startTable({ fill, firstStart, restart }: OperatorResult): string {
  const rows = [
    [`${thousands(fill.objects)} objects created, the operator running`, fill.fillMs],
    ['then, until all policies were Active', fill.activeMs],
    ['then, until ext-authz was reported to enforce all', fill.enforcedMs],
    ['operator started on the full cluster for the first time: ready', firstStart.readyMs],
    ['the same: all policies Active', firstStart.doneMs],
    ['operator started again: ready', restart.readyMs],
    ['the same: nothing left to do', restart.doneMs],
  ] as const;
  return markdownTable(
    ['', 'seconds'],
    rows.map(([title, milliseconds]) => [title, seconds(milliseconds)]),
  );
}

function startLines({ firstStart, restart }: OperatorResult): string {
  return [
    'Requests of the operator:',
    '',
    `- Started for the first time: ${requestText(firstStart.requests, 1)}`,
    `- Started again: ${requestText(restart.requests, 1)}`,
  ].join('\n');
}

function enforcedTable({ enforced }: OperatorResult): string {
  const row = (title: string, times: readonly number[]): string[] => [
    title,
    String(times.length),
    ...[median(times), quantile(times, 0.95), Math.max(...times)].map((time) => time.toFixed(0)),
  ];
  return markdownTable(
    ['change', 'times', 'median ms', '95 % ms', 'most ms'],
    [
      row('ToolPolicy, to deny and to allow in turn', enforced.toolPolicy),
      row('AgentPolicy takes a tool away: refused by ext-authz or the mesh', enforced.agentPolicyRefused),
      row('the same: refused by the mesh', enforced.refusedByMesh),
      row('AgentPolicy gives a tool: passes both', enforced.agentPolicyAllowed),
    ],
  );
}

function costTable(costs: readonly ChangeCosts[]): string {
  const head = [
    'change',
    'changes',
    'operator CPU ms',
    'ext-authz CPU ms',
    'operator blocked ms',
    'ext-authz blocked ms',
  ];
  return markdownTable(
    head,
    costs.map(({ title, changes, cpuMs, blockMs }) => [
      ...[title, String(changes), cpuMs.operator.toFixed(0), cpuMs['ext-authz'].toFixed(0)],
      ...[blockMs.operator, blockMs['ext-authz']].map((times) =>
        times.length === 0 ? '–' : `${median(times).toFixed(0)} (${Math.max(...times).toFixed(0)})`,
      ),
    ]),
  );
}

function requestLines(costs: readonly ChangeCosts[]): string {
  const rows = costs.map(({ title, changes, requests }) => `- ${title}: ${requestText(requests, changes)}`);
  return `Requests of the operator per change:\n\n${rows.join('\n')}`;
}

function requestText(requests: RequestCounts, changes: number): string {
  const sorted = [...requests].sort(([, a], [, b]) => b - a);
  const texts = sorted.map(([what, count]) =>
    changes === 1 ? `${String(count)} ${what}` : `${(count / changes).toFixed(2)} ${what}`,
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}

function memoryTable({ memory }: OperatorResult): string {
  return markdownTable(
    ['process', 'when', 'resident MiB', 'heap MiB', 'heap after a collection MiB'],
    memory.map(({ program, when, residentBytes, heapBytes, liveBytes }) => [
      ...[program, when],
      ...[residentBytes, heapBytes, liveBytes].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
    ]),
  );
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

const SHORT_RUN_NOTE =
  'This was a short run with a tenth of the objects. It shows that all of it works; its figures and verdicts mean nothing.';

const HOW_TO_READ = `## How to read this

- Enforced: from before the change is sent to the API server until a call of the agent, through both Envoys, is answered by
  it. Calls follow each other with 10 ms between them.
- CPU is what the system counted for the process, for one change, until nobody had anything to do about it any more; what the
  process takes anyway is taken off. It counts in steps of 10 ms.
- Blocked: the longest time that the process got to nothing else within the seconds after a change, median (and most) of some
  changes. Checks of tool calls wait so long in ext-authz.
- Requests leave out heartbeats: Leases, the webhook's certificate. A list counts for each of its pages.
- The heap is measured as it is found, and again after a full collection; resident is what the system counts. The
  heap is bounded to 384 MiB, half of the chart's memory limit, which is what Node takes in a container of that size.`;
