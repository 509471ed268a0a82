import { compareAnswers } from './cel-engines/compare-answers.js';
import type { Engine } from './cel-engines/engine.js';
import { measureBacktracking, measureSpeed, TYPICAL_RULES } from './cel-engines/measure-speed.js';
import { bufbuildBare, celJs, marcbachmann } from './cel-engines/other-engines.js';
import { ourEngine } from './cel-engines/our-engine.js';
import { describeMachine } from './measure/machine.js';
