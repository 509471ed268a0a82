import {
  isAbsent,
  readBoolean,
  readChoice,
  readInteger,
  readObject,
  report,
  type Field,
  type NumberBounds,
} from '../resources/field.js';
import type { Problem } from '../resources/problem.js';
import { readEncryption, type Encryption } from './encryption.js';
import { PII_STRATEGIES, readPiiPatterns, type PiiPattern, type PiiStrategy } from './pii-pattern.js';

/** SessionPrivacyPolicy.spec with its defaults applied. */
export interface PrivacyPolicySpec {
  readonly recording: Recording;
  readonly retention: { readonly facade: StoreDays; readonly richData: StoreDays };
  readonly userOptOut: UserOptOut;
  readonly encryption: Encryption;
  readonly auditLog: { readonly enabled: boolean; readonly retentionDays?: number };
}

export interface Recording {
  readonly enabled: boolean;
  readonly facadeData: boolean;
  readonly richData: boolean;
  readonly pii: PersonalData;
}

/** What becomes of personal data in what is recorded. */
export interface PersonalData {
  readonly redact: boolean;
  readonly encrypt: boolean;
  /** Never empty where `redact` or `encrypt` is set. */
  readonly patterns: readonly PiiPattern[];
  readonly strategy: PiiStrategy;
}

/** Absent: the policy sets no limit. */
export interface StoreDays {
  readonly warmDays?: number;
  readonly coldDays?: number;
}

export interface UserOptOut {
  readonly enabled: boolean;
  readonly honorDeleteRequests: boolean;
  readonly deleteWithinDays?: number;
}

/** A hundred years: more days than this are a mistake, and dates go wrong far above. */
const DAYS = { min: 1, max: 36_500 };
const STORE_DAYS = { ...DAYS, min: 0 };

export type ParsedPrivacyPolicySpec =
  | { readonly ok: true; readonly spec: PrivacyPolicySpec }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses a spec on its own; the paths of its problems start with `spec`. */
export function parsePrivacyPolicySpec(value: unknown): ParsedPrivacyPolicySpec {
  const problems: Problem[] = [];
  const spec = readPrivacyPolicySpec({ value, path: 'spec', problems });
  return problems.length === 0 ? { ok: true, spec } : { ok: false, problems };
}

export function readPrivacyPolicySpec(field: Field): PrivacyPolicySpec {
  const spec = readObject(field, ['recording', 'retention', 'userOptOut', 'encryption', 'auditLog']);
  const recording = readRecording(spec('recording'));
  const encryption = readEncryption(spec('encryption'));
  if (recording.pii.encrypt && !encryption.enabled) {
    const { problems } = field;
    const path = `${field.path}.recording.pii.encrypt`;
    const message = `${path} needs a key: set encryption.enabled, kmsProvider and keyID, or leave encrypt out`;
    report({ value: true, path, problems }, 'not-allowed', message);
  }
  return {
    recording,
    retention: readRetention(spec('retention')),
    userOptOut: readUserOptOut(spec('userOptOut')),
    encryption,
    auditLog: readAuditLog(spec('auditLog')),
  };
}

function readRecording(field: Field): Recording {
  const recording = readObject(field, ['enabled', 'facadeData', 'richData', 'pii']);
  return {
    enabled: readBoolean(recording('enabled')),
    facadeData: readBoolean(recording('facadeData'), false),
    richData: readBoolean(recording('richData'), false),
    pii: readPersonalData(recording('pii')),
  };
}

function readPersonalData(field: Field): PersonalData {
  if (isAbsent(field)) return { redact: false, encrypt: false, patterns: [], strategy: 'replace' };
  const pii = readObject(field, ['redact', 'encrypt', 'patterns', 'strategy']);
  const redact = readBoolean(pii('redact'), false);
  const encrypt = readBoolean(pii('encrypt'), false);
  return {
    redact,
    encrypt,
    patterns: readPiiPatterns(pii('patterns'), { isUsed: redact || encrypt }),
    strategy: readChoice(pii('strategy'), PII_STRATEGIES, 'replace'),
  };
}

function readRetention(field: Field): PrivacyPolicySpec['retention'] {
  if (isAbsent(field)) return { facade: {}, richData: {} };
  const retention = readObject(field, ['facade', 'richData']);
  return { facade: readStoreDays(retention('facade')), richData: readStoreDays(retention('richData')) };
}

function readStoreDays(field: Field): StoreDays {
  if (isAbsent(field)) return {};
  const days = readObject(field, ['warmDays', 'coldDays']);
  const warmDays = readOptionalInteger(days('warmDays'), STORE_DAYS);
  const coldDays = readOptionalInteger(days('coldDays'), STORE_DAYS);
  return { ...(warmDays !== undefined && { warmDays }), ...(coldDays !== undefined && { coldDays }) };
}

function readUserOptOut(field: Field): UserOptOut {
  if (isAbsent(field)) return { enabled: false, honorDeleteRequests: false };
  const optOut = readObject(field, ['enabled', 'honorDeleteRequests', 'deleteWithinDays']);
  const deleteWithinDays = readOptionalInteger(optOut('deleteWithinDays'), DAYS);
  return {
    enabled: readBoolean(optOut('enabled'), false),
    honorDeleteRequests: readBoolean(optOut('honorDeleteRequests'), false),
    ...(deleteWithinDays !== undefined && { deleteWithinDays }),
  };
}

function readAuditLog(field: Field): PrivacyPolicySpec['auditLog'] {
  if (isAbsent(field)) return { enabled: false };
  const auditLog = readObject(field, ['enabled', 'retentionDays']);
  const retentionDays = readOptionalInteger(auditLog('retentionDays'), DAYS);
  return {
    enabled: readBoolean(auditLog('enabled')),
    ...(retentionDays !== undefined && { retentionDays }),
  };
}

function readOptionalInteger(field: Field, bounds: NumberBounds): number | undefined {
  return isAbsent(field) ? undefined : readInteger(field, bounds);
}
