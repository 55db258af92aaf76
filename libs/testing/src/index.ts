export { testKit } from './kit.ts';
export { startNats, type NatsOptions, type TestNats } from './nats.ts';
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';
export {
  EMULATOR_API_KEY,
  startEmulator,
  type EmulatorCall,
  type EmulatorConfig,
  type EmulatorLedger,
  type EmulatorLedgerEntry,
  type EmulatorOptions,
  type EmulatorTask,
  type FaultAction,
  type FaultRule,
  type TestEmulator,
} from './emulator.ts';
