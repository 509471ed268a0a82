import {
  isAbsent,
  readBoolean,
  readChoice,
  readInteger,
  readObject,
  readText,
  report,
  type Field,
} from '../resources/field.js';
import { RESOURCE_NAME } from '../resources/metadata.js';
import { cronFault } from './cron-fault.js';

/** Encryption at rest. What stands beside `enabled: false` is checked, and has no effect. */
export type Encryption =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly kmsProvider: KmsProvider;
      readonly keyID: string;
      /** The Secret, in the policy's namespace, with the provider's credentials. Absent: the workload's own identity. */
      readonly secretName?: string;
      readonly keyRotation: KeyRotation;
    };

export interface KeyRotation {
  readonly enabled: boolean;
  /** Five cron fields, UTC. Absent: the key changes only when someone changes `keyID`. */
  readonly schedule?: string;
  readonly reEncryptExisting: boolean;
  /** Rows for each step of re-encryption. */
  readonly batchSize: number;
}

export type KmsProvider = (typeof KMS_PROVIDERS)[number];

export const KMS_PROVIDERS = ['aws-kms', 'azure-keyvault', 'gcp-kms', 'vault'] as const;

const KEY_ID = {
  maxLength: 1024,
  pattern: { regExp: /^[!-~]+$/, means: 'the key as its provider names it, without blanks' },
};
const SCHEDULE_MAX_LENGTH = 128;
const BATCH = { min: 1, max: 1000 };
const DEFAULT_BATCH_SIZE = 100;

export function readEncryption(field: Field): Encryption {
  if (isAbsent(field)) return { enabled: false };
  const encryption = readObject(field, ['enabled', 'kmsProvider', 'keyID', 'secretRef', 'keyRotation']);
  // Required: a block with a key in it must not silently encrypt nothing.
  const isEnabled = readBoolean(encryption('enabled'));
  const needed = (name: string): Field | undefined => {
    const child = encryption(name);
    if (!isAbsent(child)) return child;
    if (isEnabled) report(child, 'missing-field', `${name} is required when encryption is enabled`);
    return undefined;
  };
  const provider = needed('kmsProvider');
  const key = needed('keyID');
  const kmsProvider = provider && readChoice(provider, KMS_PROVIDERS);
  const keyID = key && readText(key, KEY_ID);
  const secretName = readSecretRef(encryption('secretRef'));
  const keyRotation = readKeyRotation(encryption('keyRotation'));
  if (!isEnabled || kmsProvider === undefined || keyID === undefined) return { enabled: false };
  return { enabled: true, kmsProvider, keyID, ...(secretName !== undefined && { secretName }), keyRotation };
}

function readSecretRef(field: Field): string | undefined {
  return isAbsent(field) ? undefined : readText(readObject(field, ['name'])('name'), RESOURCE_NAME);
}

function readKeyRotation(field: Field): KeyRotation {
  if (isAbsent(field)) return { enabled: false, reEncryptExisting: false, batchSize: DEFAULT_BATCH_SIZE };
  const rotation = readObject(field, ['enabled', 'schedule', 'reEncryptExisting', 'batchSize']);
  const schedule = readSchedule(rotation('schedule'));
  const batchSize = rotation('batchSize');
  return {
    enabled: readBoolean(rotation('enabled'), false),
    ...(schedule !== undefined && { schedule }),
    reEncryptExisting: readBoolean(rotation('reEncryptExisting'), false),
    batchSize: isAbsent(batchSize) ? DEFAULT_BATCH_SIZE : readInteger(batchSize, BATCH),
  };
}

function readSchedule(field: Field): string | undefined {
  if (isAbsent(field)) return undefined;
  const schedule = readText(field, { maxLength: SCHEDULE_MAX_LENGTH });
  if (schedule === '' || schedule.length > SCHEDULE_MAX_LENGTH) return undefined;
  const fault = cronFault(schedule);
  if (fault !== undefined) report(field, 'not-allowed', `${field.path} is no cron schedule: ${fault}`);
  return schedule;
}
