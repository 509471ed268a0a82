import { parseArgs } from 'node:util';
import { ServiceError } from '../errors.js';
import type { ProgramDescription } from './help-text.js';
import { flagOf } from './setting-names.js';

/** What the command line says, before any value is understood. */
export interface CommandLine {
  readonly help: boolean;
  /** Key of the setting → text of its value. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** @throws ServiceError `unknown-flag` or `invalid-setting` */
export function readFlags(description: ProgramDescription, args: readonly string[]): CommandLine {
  const flags = new Map(Object.keys(description.settings).map((key) => [flagOf(key).slice(2), key]));
  const { tokens } = parseArgs({
    args: [...args],
    options: parseOptions(description),
    allowPositionals: true,
    allowNegative: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string>();
  const operands: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.rawName === '--help' || token.rawName === '-h') {
      help = true;
      continue;
    }
    const { key, value } = readOption(description, flags, token);
    if (values.has(key)) throw repeated(flagOf(key), description);
    values.set(key, value);
  }
  const [first] = operands;
  if (first !== undefined && description.operands === undefined) throw unexpectedOperand(first, description);
  return { help, values, operands };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
}

function parseOptions({ settings }: ProgramDescription): Record<string, { type: 'string' | 'boolean' }> {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [key, setting] of Object.entries(settings)) {
    options[flagOf(key).slice(2)] = { type: setting.placeholder === undefined ? 'boolean' : 'string' };
  }
  return options;
}

function readOption(
  description: ProgramDescription,
  flags: ReadonlyMap<string, string>,
  { name, rawName, value }: OptionToken,
): { key: string; value: string } {
  const negative = rawName.startsWith('--no-') && !flags.has(rawName.slice(2));
  const key = flags.get(negative ? rawName.slice(5) : name);
  const setting = key === undefined ? undefined : description.settings[key];
  if (key === undefined || setting === undefined) throw unknownFlag(rawName, description);
  if (setting.placeholder === undefined) return { key, value: value ?? (negative ? 'false' : 'true') };
  if (negative) throw unknownFlag(rawName, description);
  if (value === undefined || (value.startsWith('--') && flags.has(value.slice(2)))) {
    throw new ServiceError(
      'invalid-setting',
      `${rawName} needs a value: write ${rawName} ${setting.placeholder}. It must be ${setting.expected}.`,
    );
  }
  return { key, value };
}

function unknownFlag(rawName: string, { program }: ProgramDescription): ServiceError {
  return new ServiceError(
    'unknown-flag',
    `${rawName} is not a flag of ${program}. \`${program} --help\` lists them.`,
  );
}

function unexpectedOperand(operand: string, { program }: ProgramDescription): ServiceError {
  return new ServiceError(
    'unknown-flag',
    `"${operand}" was not expected: ${program} takes flags only. \`${program} --help\` lists them.`,
  );
}

function repeated(flag: string, { program }: ProgramDescription): ServiceError {
  return new ServiceError('invalid-setting', `${flag} is given twice to ${program}; give it once.`);
}
