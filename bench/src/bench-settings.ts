import { booleanSetting, type ProgramDescription } from '@omnia-policy/service';

export const benchSettings = {
  short: booleanSetting({ description: 'One short round, for CI: shows that it runs, not what it costs.' }),
  write: booleanSetting({ description: 'Write bench/results.md also after a short run.' }),
};

export const benchDescription = {
  program: 'npm run bench --',
  summary: 'Measures what each filter and the policy service cost per call, with a real Envoy.',
  variablePrefix: 'OMNIA_BENCH_',
  settings: benchSettings,
} satisfies ProgramDescription;
