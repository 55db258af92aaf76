import { EMULATOR_BEARER } from '@reelmesh/testing';
import type { EmulatorProvider, TestEmulator } from '@reelmesh/testing';
import { Declarative } from '../src/declarative/declarative.ts';
import { REFUSALS } from '../src/declarative/recording.ts';
import type { Refusal } from '../src/declarative/recording.ts';
import type { ProviderFile } from '../src/declarative/provider-file.ts';
import { rowsOf } from '../src/declarative/provider-files.ts';
import type { Subject } from './provider.conformance.ts';

/** A provider that is a file, as the kit must know it; the file itself says most of it. */
export function declared(
  file: ProviderFile,
  provider: EmulatorProvider,
  urlOf: (emulator: TestEmulator) => string,
  failures: Subject['failures'],
): Subject {
  const { recording, lookup, cancel } = file;
  const rows = rowsOf(file);
  const kinds = Object.keys(recording.refusals).filter((kind) => kind !== 'invalid') as Refusal[];
  return {
    provider,
    row: rows.find(({ model }) => model === recording.model) ?? rows[0]!,
    secret: EMULATOR_BEARER,
    config: { [provider]: { queueMs: 0, renderMs: 0, concurrency: null } },
    open: (emulator, { baseUrl, ...more } = {}) =>
      new Declarative(file, {
        submitTimeoutMs: 15_000,
        callTimeoutMs: 15_000,
        ...more,
        baseUrl: baseUrl ?? urlOf(emulator),
        secret: EMULATOR_BEARER,
        previousSecret: undefined,
      }),
    refusals: Object.fromEntries(kinds.map((kind) => [kind, REFUSALS[kind]])),
    failures: { '': file.errors.failed, ...failures },
    lost: lookup === undefined ? 'cannot-tell' : 'found',
    namesFile: true,
    gone: 'expired',
    afterCancel: cancel?.when.includes('running') === true ? 'cancelled' : 'succeeded',
  };
}
