import type { Machine } from '../../measure/machine.js';
import type { Scale } from '../scale.js';
import type { FillResult } from '../steps/fill-cluster.js';
import type { ChangeCosts } from '../steps/measure-change-costs.js';
import type { EnforcedResult } from '../steps/measure-enforced.js';
import type { MemorySample } from '../steps/measure-memory.js';
import type { StartResult } from '../steps/start-on-full-cluster.js';

/** All that one run measured. */
export interface OperatorResult {
  readonly short: boolean;
  readonly machine: Machine;
  readonly loadAtEnd: number;
  readonly scale: Scale;
  readonly fill: FillResult;
  readonly firstStart: StartResult;
  readonly restart: StartResult;
  readonly enforced: EnforcedResult;
  readonly costs: readonly ChangeCosts[];
  readonly memory: readonly MemorySample[];
}
