import { describeConfig, field, readConfig, section } from '@reelmesh/service';
import type { ConfigRow, Environment } from '@reelmesh/service';
import type { ProviderFile } from './provider-file.ts';

/** What the environment says about a provider that is a file; undefined where it says nothing. */
export interface ProviderSettings {
  readonly baseUrl: string | undefined;
  readonly secret: string | undefined;
  readonly previousSecret: string | undefined;
}

/** The variable that overrides the base URL: the file's own, else made of the provider's name. */
export function baseUrlVariable({ provider, baseUrlEnv }: ProviderFile): string {
  return baseUrlEnv ?? `${provider.toUpperCase().replaceAll('-', '_')}_BASE_URL`;
}

/** Keys may come from files, as all do. @throws ConfigError with all problems */
export function settingsOf(file: ProviderFile, env: Environment): ProviderSettings {
  const { baseUrl, secret, previousSecret } = readConfig(withoutOurs(env), [sectionOf(file)]).provider;
  return { baseUrl, secret, previousSecret };
}

/** The settings of a provider that is a file, as they are in force. @throws ConfigError with all problems */
export function describeSettings(file: ProviderFile, env: Environment): readonly ConfigRow[] {
  const own = sectionOf(file);
  return describeConfig([own], readConfig(withoutOurs(env), [own]));
}

function sectionOf(file: ProviderFile) {
  const { provider, baseUrl, auth } = file;
  return section('provider', {
    baseUrl: {
      ...field.url({
        protocols: ['https', 'http'],
        env: baseUrlVariable(file),
        doc: `where ${provider} is, instead of ${baseUrl}; http only on loopback`,
      }),
      fallback: undefined,
    },
    secret: field.optional({
      secret: true,
      env: auth.secretEnv,
      doc: `key of ${provider}; without it no strategy can use it`,
    }),
    previousSecret: field.optional({
      secret: true,
      env: `${auth.secretEnv}_PREVIOUS`,
      doc: 'the key before it, for takes that were submitted with it',
    }),
  });
}

/** The services' own variables are read, and misspelt ones reported, elsewhere. */
const withoutOurs = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('REELMESH_')));
