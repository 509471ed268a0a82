import {
  booleanSetting,
  integerSetting,
  pathSetting,
  ServiceError,
  stringSetting,
  urlSetting,
  type ProgramDescription,
  type SettingValues,
} from '@omnia-policy/service';
import { isLoopback } from '../generator/load-plan.js';

export const loadSettings = {
  short: booleanSetting({ description: 'A run of half a minute, to see that all is in place.' }),
  write: booleanSetting({
    description:
      'Write bench/load-results.md and bench/load.svg. Absent: load.svg goes to a temporary folder.',
  }),
  url: urlSetting({
    description:
      'A system that runs already on this machine. Absent: one is started, and faults are part of the run.',
  }),
  pids: stringSetting({
    description: 'With --url: the processes to watch.',
    placeholder: 'NAME=PID,...',
  }),
  calls: pathSetting({
    description:
      'With --url: the calls to send, a JSON list of {method, path, headers, body, expectedStatus, expectedText}.',
    placeholder: 'FILE',
  }),
  workers: integerSetting({
    description: 'Processes of the policy service that is started.',
    default: '1',
    minimum: 1,
    maximum: 64,
  }),
  percent: integerSetting({
    description: 'The steady run: per cent of the throughput at saturation.',
    default: '70',
    minimum: 5,
    maximum: 95,
  }),
};

export type LoadSettings = SettingValues<typeof loadSettings>;

export const loadDescription = {
  program: 'npm run load --',
  summary: 'Loads the whole system on this machine: a ramp to saturation, then a steady run with faults.',
  variablePrefix: 'OMNIA_LOAD_',
  settings: loadSettings,
} satisfies ProgramDescription;

/** @throws ServiceError for settings that do not go together */
export function checkTogether({ url, pids, calls }: LoadSettings): void {
  if (url !== undefined && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    throw new ServiceError(
      'invalid-setting',
      `--url ${url.host} is not this machine: only loopback is loaded.`,
    );
  }
  if (url === undefined && (pids !== undefined || calls !== undefined)) {
    throw new ServiceError(
      'conflicting-settings',
      '--pids and --calls go with --url; without it, a system is started.',
    );
  }
  if (url !== undefined && calls === undefined) {
    throw new ServiceError(
      'missing-setting',
      '--url needs --calls FILE: which calls your policies allow and deny is not known here.',
    );
  }
}

/** `envoy=12,ext-authz=34` → name and process id. @throws ServiceError */
export function parsePids(text: string): ReadonlyMap<string, readonly number[]> {
  const byRole = new Map<string, readonly number[]>();
  for (const part of text.split(',')) {
    const [, role, pid] = /^([\w-]+)=(\d{1,9})$/.exec(part.trim()) ?? [];
    if (role === undefined) {
      throw new ServiceError(
        'invalid-setting',
        `--pids ${text}: write NAME=PID,NAME=PID with numbers of processes.`,
      );
    }
    byRole.set(role, [...(byRole.get(role) ?? []), Number(pid)]);
  }
  return byRole;
}
