import { median, quantile } from '../../measure/median.js';
import { countOf } from '../probe/request-counts.js';
import type { ChangeCosts } from '../steps/measure-change-costs.js';
import type { OperatorResult } from './operator-result.js';

export interface OperatorTarget {
  readonly title: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

const MAX_ENFORCED_MS = 1000;
const MAX_OPERATOR_MIB = 300;
/** One for the object that is emitted, one for the status, and a status once more when it is known to be enforced. */
const MAX_WRITES = 3;

export function checkOperatorTargets(result: OperatorResult): readonly OperatorTarget[] {
  const { enforced, memory, costs } = result;
  return [
    enforcedTarget('A ToolPolicy changed: calls obey it', enforced.toolPolicy),
    enforcedTarget('An AgentPolicy changed to refuse: calls are refused', enforced.agentPolicyRefused),
    enforcedTarget('The same: the mesh itself refuses', enforced.refusedByMesh),
    enforcedTarget('An AgentPolicy changed to allow: calls pass', enforced.agentPolicyAllowed),
    memoryTarget(memory.filter(({ program }) => program === 'operator').map((one) => one.residentBytes)),
    ...costs
      .filter(({ title }) => title.includes('Policy'))
      .flatMap((one) => [listTarget(one), writeTarget(one)]),
  ];
}

function enforcedTarget(title: string, times: readonly number[]): OperatorTarget {
  const measured = `median ${milliseconds(median(times))}, 95 % ${milliseconds(quantile(times, 0.95))}, most ${milliseconds(Math.max(...times))}`;
  return { title, target: 'under 1 s', measured, met: Math.max(...times) < MAX_ENFORCED_MS };
}

function memoryTarget(residentBytes: readonly number[]): OperatorTarget {
  const most = Math.max(...residentBytes) / 2 ** 20;
  return {
    title: 'Memory of the operator, resident, the most of all samples',
    ...{ target: `under ${String(MAX_OPERATOR_MIB)} MiB`, measured: `${most.toFixed(0)} MiB` },
    met: most < MAX_OPERATOR_MIB,
  };
}

function listTarget({ title, requests }: ChangeCosts): OperatorTarget {
  const lists = countOf(requests, 'list');
  return {
    title: `${title}: lists, of all changes together`,
    ...{ target: 'none', measured: String(lists), met: lists === 0 },
  };
}

function writeTarget({ title, requests, changes }: ChangeCosts): OperatorTarget {
  const all = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const perChange = all / changes;
  return {
    title: `${title}: requests of the operator per change`,
    ...{ target: `at most ${String(MAX_WRITES)}`, measured: perChange.toFixed(2) },
    met: perChange <= MAX_WRITES,
  };
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}
