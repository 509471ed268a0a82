// What every program starts with, and no more: no library is loaded for it.
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
export { runMain } from './run-main.js';
