export * from './program.js';
export {
  createFilePolicySource,
  type FilePolicySource,
  type FilePolicySourceOptions,
  type FolderReport,
} from './file-policy-source/file-policy-source.js';
export type { FileProblem } from './file-policy-source/loaded-files.js';
export { locateProblem } from './file-policy-source/locate-problem.js';
export { parsePolicyFile, type PolicyFileContent } from './file-policy-source/read-policy-file.js';
export { listenError } from './listen-error.js';
export {
  createLogger,
  logLevels,
  outputClosedExitCode,
  silentLogger,
  type Logger,
  type LogLevel,
} from './logger.js';
export {
  createMetrics,
  metricsText,
  type CounterSeries,
  type Metrics,
  type MetricsSnapshot,
} from './metrics.js';
export { startOpsServer, type OpsContent, type OpsServer } from './ops-server.js';
export { runShutdown, shutDownOnSignal, type ShutdownOptions, type ShutdownStep } from './shutdown.js';
