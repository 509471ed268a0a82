import type { Setting } from './setting.js';

/** A table of settings. Keys are camelCase: `maxRequestBytes` is the flag `--max-request-bytes`. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The environment variable of a setting: `prefix` and the flag in capitals, unless the setting names its own. */
export function variableOf(key: string, setting: Setting<unknown>, prefix: string): string {
  return setting.variable ?? prefix + flagOf(key).slice(2).replaceAll('-', '_').toUpperCase();
}
