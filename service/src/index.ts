export {
  errorText,
  ServiceError,
  serviceErrorCodes,
  systemErrorCode,
  type ServiceErrorCode,
} from './errors.js';
export { helpText, type ProgramDescription } from './configuration/help-text.js';
export {
  formatListenAddress,
  parseListenAddress,
  type ListenAddress,
} from './configuration/listen-address.js';
export {
  readConfiguration,
  type Configuration,
  type ConfigurationInput,
  type SettingValues,
} from './configuration/read-configuration.js';
export {
  addressSetting,
  booleanSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  pathSetting,
  stringSetting,
  urlSetting,
  type Setting,
} from './configuration/setting.js';
export { flagOf, variableOf, type SettingTable } from './configuration/setting-names.js';
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
export { createLogger, logLevels, silentLogger, type Logger, type LogLevel } from './logger.js';
export {
  createMetrics,
  metricsText,
  type CounterSeries,
  type Metrics,
  type MetricsSnapshot,
} from './metrics.js';
export { startOpsServer, type OpsContent, type OpsServer } from './ops-server.js';
export { runMain } from './run-main.js';
export { runShutdown, shutDownOnSignal, type ShutdownOptions, type ShutdownStep } from './shutdown.js';
