import { parseDurationMs } from './duration.js';
import { parseListenAddress, type ListenAddress } from './listen-address.js';

/** One thing that can be configured. Its flag and its environment variable follow from its key in the table. */
export interface Setting<T> {
  readonly description: string;
  /** What stands for the value in the help text, for example `DIR`. Absent for switches. */
  readonly placeholder?: string;
  /** The value when neither flag nor variable is given, as text; absent: see `required`. */
  readonly default?: string;
  readonly required?: boolean;
  /** The whole name of the variable, where it does not follow from the flag. */
  readonly variable?: string;
  /** What a valid value looks like, completing "must be ...". */
  readonly expected: string;
  parse(text: string): T | undefined;
}

interface SettingText {
  readonly description: string;
  readonly placeholder?: string;
  readonly default?: string;
  readonly variable?: string;
}
interface WithDefault extends SettingText {
  readonly default: string;
}
interface Required extends SettingText {
  readonly required: true;
}

/** Settings with a default or `required` always have a value; the others may be undefined. */
interface SettingOf<T> {
  (text: WithDefault | Required): Setting<T>;
  (text: SettingText): Setting<T | undefined>;
}

function settingOf<T>(
  placeholder: string,
  expected: string,
  parse: (text: string) => T | undefined,
): SettingOf<T> {
  return (text: SettingText) => ({ placeholder, ...text, expected, parse });
}

export const stringSetting = settingOf('TEXT', 'a text that is not empty', nonEmpty);
export const pathSetting = settingOf('PATH', 'a path that is not empty', nonEmpty);
export const addressSetting: SettingOf<ListenAddress> = settingOf(
  'HOST:PORT',
  'an address such as 127.0.0.1:9191 or [::1]:9191, with a port from 0 to 65535',
  parseListenAddress,
);
export const durationSetting = settingOf(
  'DURATION',
  'a duration such as 500ms, 30s, 1h or 1h30m',
  parseDurationMs,
);
export const urlSetting = settingOf('URL', 'a URL that starts with http:// or https://', parseHttpUrl);

/** A switch: `--name`, `--no-name`, `--name=true`; false unless given or defaulted. */
export function booleanSetting(text: {
  readonly description: string;
  readonly default?: 'true';
}): Setting<boolean> {
  return {
    default: 'false',
    ...text,
    expected: 'true or false',
    parse: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
  };
}

/** A whole number from `minimum` to `maximum`, both allowed. */
export function integerSetting(
  text: WithDefault & { readonly minimum: number; readonly maximum: number },
): Setting<number> {
  const { minimum, maximum, ...rest } = text;
  return {
    placeholder: 'N',
    ...rest,
    expected: `a whole number from ${minimum} to ${maximum}`,
    parse(value) {
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

/** One of a list of words. */
export function choiceSetting<const Word extends string>(
  text: WithDefault & { readonly choices: readonly Word[] },
): Setting<Word> {
  const { choices, ...rest } = text;
  return {
    placeholder: choices.join('|'),
    ...rest,
    expected: `one of ${choices.join(', ')}`,
    parse: (value) => choices.find((word) => word === value),
  };
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function parseHttpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
