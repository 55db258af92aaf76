import { EMULATOR_BEARER } from '@reelmesh/testing';
import type { EmulatorProvider, TestEmulator } from '@reelmesh/testing';
import { Declarative } from '../src/declarative/declarative.ts';
import { REFUSALS } from '../src/declarative/recording.ts';
import type { Refusal } from '../src/declarative/recording.ts';
import type { ProviderFile } from '../src/declarative/provider-file.ts';
import { textAt } from '../src/declarative/places.ts';
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
    namesFile: file.poll.output !== undefined,
    gone: 'expired',
    afterCancel: cancel?.when.includes('running') === true ? 'cancelled' : 'succeeded',
  };
}

/** The same, with an emulator that knows no more of the provider than the file has recorded. */
export function playedBack(file: ProviderFile, path: string): Subject {
  const { errors, recording } = file;
  const codes = recording.failures.flatMap(({ body }) => {
    const code = textAt(body, errors.code);
    return code === undefined || errors.success.includes(code) ? [] : [code];
  });
  const failures = Object.fromEntries(codes.map((code) => [code, errors.codes[code] ?? errors.failed]));
  const name: EmulatorProvider = `recorded-${file.provider}`;
  const subject = declared(file, name, (emulator) => emulator.recorded?.[name] ?? '', failures);
  return { ...subject, recorded: [path] };
}
