const AGENT_POLICY = {
  selector: { agents: ['support-agent'] },
  claimMapping: { forwardClaims: [{ claim: 'org.region', header: 'X-Omnia-Claim-Region' }] },
  toolAccess: { mode: 'allowlist', rules: [{ registry: 'customer-tools', tools: ['lookup_order'] }] },
  mode: 'permissive',
  onFailure: 'allow',
};

const TOOL_POLICY = {
  selector: { registry: 'customer-tools', tools: ['process_refund'] },
  requiredClaims: [{ claim: 'Team', message: 'Team is needed' }],
  rules: [{ name: 'first', description: 'for people', deny: { cel: 'true', message: 'No' } }],
  headerInjection: [{ header: 'X-Source', value: 'policy' }],
  mode: 'audit',
  onFailure: 'allow',
  audit: { logDecisions: true, redactFields: ['card'] },
};

const PRIVACY_POLICY = {
  recording: {
    enabled: true,
    facadeData: true,
    richData: true,
    pii: { redact: true, encrypt: true, patterns: ['custom:^[A-Z]{2}\\d{6}$', 'email'], strategy: 'mask' },
  },
  retention: { facade: { warmDays: 90, coldDays: 365 }, richData: { warmDays: 30, coldDays: 90 } },
  userOptOut: { enabled: true, honorDeleteRequests: true, deleteWithinDays: 30 },
  encryption: {
    enabled: true,
    kmsProvider: 'vault',
    keyID: 'sessions',
    secretRef: { name: 'vault-token' },
    keyRotation: { enabled: true, schedule: '0 0 1 * *', reEncryptExisting: true, batchSize: 50 },
  },
  auditLog: { enabled: true, retentionDays: 365 },
};

/** Valid specs of each kind; together they have every field. */
export const FULL_SPECS: Readonly<Record<string, readonly unknown[]>> = {
  AgentPolicy: [AGENT_POLICY],
  ToolPolicy: [
    TOOL_POLICY,
    { ...TOOL_POLICY, headerInjection: [{ header: 'X-Team', cel: 'headers["x-omnia-claim-team"]' }] },
  ],
  SessionPrivacyPolicy: [PRIVACY_POLICY],
};
