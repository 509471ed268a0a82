import { formatListenAddress, readConfiguration } from '@omnia-policy/service';
import { acquireEnvoy } from '../acquire-envoy/acquire-envoy.js';
import { startDemoTools } from '../demo-tools.js';
import { developmentIssuer } from '../development-issuer.js';
import { closedOutput } from '../processes/closed-output.js';
import { createCleanup } from '../processes/cleanup.js';
import type { Cleanup } from '../processes/cleanup.js';
import { stopSignals } from '../processes/stop-signals.js';
import { acceptsDevelopmentKey, readKeySet, readSigningKey } from '../token/key-files.js';
import { signToken } from '../token/sign-token.js';
import { curlLines } from './curl-lines.js';
import { startEnvoy } from './envoy-process.js';
import { startExtAuthz } from './ext-authz-process.js';
import { followPolicies } from './follow-policies.js';
import { claimRunAddresses, localRunSettings, refuseOpenDevelopmentKey } from './prepare-run.js';
import type { Addresses } from './prepare-run.js';
import { createRefusalReasons } from './refusal-reasons.js';
import { runDescription } from './run-settings.js';
import type { RunSettings } from './run-settings.js';
import { waitUntilReady } from './wait-until-ready.js';
import { createWorkFolder } from './work-folder.js';

const READY_DEADLINE_MS = 60_000;
const TOKEN_LIFETIME_MS = 12 * 3_600_000;
const EXIT_CODE_AT_ONCE = 130;

/** `omnia-policy run`: returns after Ctrl-C; the line `ready` on stdout says that calls are answered. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const configuration = readConfiguration(runDescription, { args, env: process.env });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const cleanup = createCleanup();
  const stopSignal = stopSignals(() => {
    cleanup.runAtOnce();
    process.exit(EXIT_CODE_AT_ONCE);
  });
  const closed = closedOutput();
  const signal = AbortSignal.any([stopSignal, closed.signal]);
  const onOutputClosed = (): void => {
    closed.abort();
  };
  try {
    await Promise.race([
      run({ settings: configuration.values, cleanup, signal, onOutputClosed }),
      aborted(signal),
    ]);
  } finally {
    report('stopping');
    await cleanup.run();
  }
  process.exit(0);
}

interface Run {
  readonly settings: RunSettings;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly onOutputClosed: () => void;
}

/** Starts everything and rejects when a part fails. */
async function run({ settings, cleanup, signal, onOutputClosed }: Run): Promise<never> {
  const keySet = await readKeySet(settings.jwks);
  await refuseOpenDevelopmentKey(settings.listen, keySet);
  const addresses = await claimRunAddresses(settings);
  const binary = await acquireEnvoy({ env: process.env, report, signal });
  const workFolder = await createWorkFolder(cleanup);
  const envoySettings = await localRunSettings({ settings, addresses, keySet, workFolder });
  await startTools(addresses, cleanup);
  const extAuthz = startExtAuthz({
    settings,
    grpc: addresses.extAuthz,
    ops: addresses.ops,
    report,
    onOutputClosed,
    cleanup,
  });
  const start = async (): Promise<never> => {
    const reasons = createRefusalReasons();
    const shared = { settings: envoySettings, workFolder, report, cleanup };
    const policies = await followPolicies({ ...shared, policies: settings.policies, reasons });
    const concurrency = settings.envoyConcurrency;
    const envoy = await startEnvoy({ ...shared, binary, concurrency, onLine: reasons.hear });
    const announce = async (): Promise<never> => {
      const missingFilters = policies.missing;
      await waitUntilReady({ ...addresses, missingFilters, deadlineMs: READY_DEADLINE_MS, signal });
      extAuthz.wasReady();
      await announceReady(addresses, keySet);
      return new Promise(() => undefined);
    };
    return Promise.race([policies.failed, envoy.failed, announce()]);
  };
  return Promise.race([extAuthz.failed, start()]);
}

async function startTools({ demoTools }: Addresses, cleanup: Cleanup): Promise<void> {
  if (demoTools === undefined) return;
  const { address, close } = await startDemoTools(demoTools);
  cleanup.add({ end: close });
  report(`demo tools on http://${formatListenAddress(address)}`);
}

async function announceReady({ listen, envoyAdmin, ops }: Addresses, keySet: string): Promise<void> {
  report(`tool calls on http://${formatListenAddress(listen)}`);
  report(`policies and metrics on http://${formatListenAddress(ops)}`);
  report(`Envoy's administration on http://${formatListenAddress(envoyAdmin)}`);
  if (await acceptsDevelopmentKey(keySet)) {
    const key = await readSigningKey(developmentIssuer.privateKeyFile);
    const { issuer, audience } = developmentIssuer;
    const claims = { sub: 'user-1', team: 'support', customer_id: 'C-7' };
    const token = await signToken(claims, { key, issuer, audience, expiresInMs: TOKEN_LIFETIME_MS });
    process.stderr.write(`${curlLines(listen, token).join('\n')}\n`);
  }
  process.stdout.write('ready\n');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Progress for people; stdout belongs to the decision log. */
function report(line: string): void {
  process.stderr.write(`omnia-policy: ${line}\n`);
}
