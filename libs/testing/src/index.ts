export { testKit } from './kit.ts';
export { startNats, type NatsOptions, type TestNats } from './nats.ts';
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';
export {
  EMULATOR_API_KEY,
  EMULATOR_BEARER,
  EMULATOR_FAL_KEY,
  startEmulator,
  type EmulatorCall,
  type EmulatorAddresses,
  type EmulatorConfig,
  type EmulatorLedger,
  type EmulatorLedgerEntry,
  type EmulatorMoney,
  type EmulatorOperation,
  type EmulatorOptions,
  type EmulatorPace,
  type EmulatorProvider,
  type EmulatorTask,
  type EmulatorVideoServer,
  type FaultAction,
  type FaultRule,
  type RefusalReason,
  type TestEmulator,
} from './emulator.ts';
