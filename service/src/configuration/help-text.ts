import { flagOf, variableOf, type SettingTable } from './setting-names.js';

export interface ProgramDescription {
  /** The name that the user types, for example `omnia-policy run`. */
  readonly program: string;
  readonly summary: string;
  /** What the names of the environment variables begin with, for example `OMNIA_`. */
  readonly variablePrefix: string;
  readonly settings: SettingTable;
  /** Arguments that are no flags: what the help calls them. Absent: there are none. */
  readonly operands?: string;
}

/** The text of `--help`, from the same table that reads the settings. */
export function helpText(description: ProgramDescription): string {
  const lines = [
    `Usage: ${description.program} [flags]${description.operands === undefined ? '' : ` ${description.operands}`}`,
    '',
    description.summary,
    '',
    'Flags (a flag wins over its environment variable):',
  ];
  for (const [key, setting] of Object.entries(description.settings)) {
    const placeholder = setting.placeholder === undefined ? '' : ` ${setting.placeholder}`;
    const fallback =
      setting.default !== undefined
        ? `default ${setting.default}`
        : setting.required === true
          ? 'required'
          : 'optional';
    lines.push(`  ${flagOf(key)}${placeholder}`);
    lines.push(`      ${setting.description}`);
    lines.push(`      ${variableOf(key, setting, description.variablePrefix)}, ${fallback}`);
  }
  lines.push('  --help', '      Print this text and exit.', '');
  return lines.join('\n');
}
