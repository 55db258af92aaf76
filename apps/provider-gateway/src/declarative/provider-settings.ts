import { field, readConfig, section } from '@reelmesh/service';
import type { Environment } from '@reelmesh/service';
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
  const { secretEnv } = file.auth;
  const fields = section('provider', {
    baseUrl: {
      ...field.url({ protocols: ['https', 'http'], env: baseUrlVariable(file), doc: 'where it is' }),
      fallback: undefined,
    },
    secret: field.optional({ secret: true, env: secretEnv, doc: 'its key' }),
    previousSecret: field.optional({ secret: true, env: `${secretEnv}_PREVIOUS`, doc: 'the key before it' }),
  });
  const { baseUrl, secret, previousSecret } = readConfig(withoutOurs(env), [fields]).provider;
  return { baseUrl, secret, previousSecret };
}

/** The services' own variables are read, and misspelt ones reported, elsewhere. */
const withoutOurs = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('REELMESH_')));
