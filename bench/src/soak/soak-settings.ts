import { booleanSetting, integerSetting, type ProgramDescription } from '@omnia-policy/service';

export const soakSettings = {
  calls: integerSetting({
    description: 'Calls to send through both roles of the filter.',
    default: '1000000',
    minimum: 1000,
    maximum: 5_000_000,
  }),
  write: booleanSetting({ description: 'Write bench/soak-results.md.' }),
};

export const soakDescription = {
  program: 'npm run soak:envoy --',
  summary: 'Sends calls through the wasm filter in a real Envoy; ends with 1 when memory grew.',
  variablePrefix: 'OMNIA_SOAK_',
  settings: soakSettings,
} satisfies ProgramDescription;
