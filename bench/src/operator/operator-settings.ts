import { booleanSetting, pathSetting, type ProgramDescription } from '@omnia-policy/service';

export const operatorSettings = {
  short: booleanSetting({
    description: 'A tenth of the objects, for CI: shows that it runs, not what it costs.',
  }),
  write: booleanSetting({ description: 'Write bench/operator-results.md also after a short run.' }),
  profile: pathSetting({
    placeholder: 'DIR',
    description: 'Write CPU profiles of the operator and of ext-authz there, one for each step.',
  }),
};

export const operatorDescription = {
  program: 'npm run bench:operator --',
  summary:
    'Fills a real API server and measures what the operator, Istio and ext-authz make of changes there.',
  variablePrefix: 'OMNIA_BENCH_OPERATOR_',
  settings: operatorSettings,
} satisfies ProgramDescription;
