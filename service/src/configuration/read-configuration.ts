import { ServiceError } from '../errors.js';
import { helpText, type ProgramDescription } from './help-text.js';
import { readFlags } from './read-flags.js';
import type { Setting } from './setting.js';
import { flagOf, variableOf, type SettingTable } from './setting-names.js';

/** The values of a table of settings, each with the type that its setting gives. */
export type SettingValues<Table extends SettingTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never;
};

export type Configuration<Table extends SettingTable> =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'values'; readonly values: SettingValues<Table>; readonly operands: readonly string[] };

export interface ConfigurationInput {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads flags and environment variables; a flag wins, an empty variable counts as absent. Unknown variables are
 * left alone, since clusters put variables of their own beside ours.
 *
 * @throws ServiceError `unknown-flag`, `invalid-setting` or `missing-setting`, naming flag, variable and value
 */
export function readConfiguration<const Table extends SettingTable>(
  description: ProgramDescription & { readonly settings: Table },
  { args, env }: ConfigurationInput,
): Configuration<Table> {
  const line = readFlags(description, args);
  if (line.help) return { kind: 'help', text: helpText(description) };
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(description.settings)) {
    const variable = variableOf(key, setting, description.variablePrefix);
    values[key] = readSetting(setting, { flag: flagOf(key), variable, given: line.values.get(key), env });
  }
  return { kind: 'values', values: values as SettingValues<Table>, operands: line.operands };
}

interface Source {
  readonly flag: string;
  readonly variable: string;
  readonly given: string | undefined;
  readonly env: ConfigurationInput['env'];
}

function readSetting(setting: Setting<unknown>, { flag, variable, given, env }: Source): unknown {
  const fromEnvironment = env[variable] === '' ? undefined : env[variable];
  const text = given ?? fromEnvironment ?? setting.default;
  if (text === undefined) {
    if (setting.required !== true) return undefined;
    throw new ServiceError(
      'missing-setting',
      `${flag} (or the environment variable ${variable}) is missing: ${setting.description}`,
    );
  }
  const value = setting.parse(text);
  if (value !== undefined) return value;
  const origin = given !== undefined ? `the flag ${flag}` : `the environment variable ${variable}`;
  const other = given !== undefined ? variable : flag;
  throw new ServiceError(
    'invalid-setting',
    `"${text}" in ${origin} (also: ${other}) is not valid: it must be ${setting.expected}.`,
  );
}
