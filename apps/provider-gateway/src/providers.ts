import type { SlotLimits, TakeIntent } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Environment, Values } from '@reelmesh/service';
import type { Credential } from './credential-slots.ts';
import type { config } from './config.ts';
import { Declarative } from './declarative/declarative.ts';
import type { ProviderFile } from './declarative/provider-file.ts';
import { settingsOf } from './declarative/provider-settings.ts';
import { Fal } from './fal.ts';
import { Guarded, accountOf } from './guarded.ts';
import type { GuardDeps } from './guarded.ts';
import type { HoldCheck } from './health.ts';
import type { ImageSource } from './image-source.ts';
import { OpenAiVideos } from './openai-videos.ts';
import type { Provider } from './provider.ts';
import { Runway } from './runway.ts';
import { SelfHosted } from './self-hosted.ts';
import { webhookAddresses } from './webhooks/addresses.ts';
import { Zhipu } from './zhipu.ts';

export interface Providers {
  readonly byName: ReadonlyMap<string, Provider>;
  /** What takes of those that are set up may have been submitted with. */
  readonly credentials: readonly Credential[];
  /** Of the providers that all gateways share. */
  readonly limits: ReadonlyMap<string, SlotLimits>;
  /** Of the providers that are this process's own. */
  readonly local: ReadonlyMap<string, number>;
  readonly selfHosted: SelfHosted;
  /** When takes of a model may be polled. */
  pollsFromMs(of: Pick<TakeIntent, 'provider' | 'model'>): number;
  /** How a hold is looked at; undefined when its account is not ours. */
  checkFor(key: string): HoldCheck | undefined;
}

/**
 * Every provider that there is, as the settings describe it; the ones that go over the internet behind breakers and holds.
 * @param files providers that are files, and the environment that has their keys
 */
export function openProviders(
  settings: Values<typeof config>,
  files: readonly ProviderFile[],
  env: Environment,
  bus: Bus,
  guard: Omit<GuardDeps, 'holdCheckMs'>,
  images: ImageSource,
): Providers {
  const { submitTimeoutMs, callTimeoutMs, holdCheckMs } = settings;
  const shared = { submitTimeoutMs, callTimeoutMs, images };
  const selfHosted = new SelfHosted(bus, callTimeoutMs);
  const remote: readonly (readonly [Provider, number, number | undefined])[] = [
    [
      new Runway({
        ...shared,
        baseUrl: settings.runwayBaseUrl,
        apiSecret: settings.runwayApiSecret,
        previousSecret: settings.runwayPreviousSecret,
        uploads: settings.runwayUploads,
      }),
      settings.runwayConcurrency,
      settings.runwaySubmitsPerMinute,
    ],
    [
      new Fal({
        ...shared,
        queueUrl: settings.falQueueUrl,
        platformUrl: settings.falPlatformUrl,
        key: settings.falKey,
        previousKey: settings.falPreviousKey,
        webhooks: webhookAddresses(settings),
      }),
      settings.falConcurrency,
      settings.falSubmitsPerMinute,
    ],
    [
      new Zhipu({
        ...shared,
        baseUrl: settings.zhipuBaseUrl,
        apiKey: settings.zhipuApiKey,
        previousKey: settings.zhipuPreviousKey,
      }),
      settings.zhipuConcurrency,
      settings.zhipuSubmitsPerMinute,
    ],
    [
      new OpenAiVideos({
        ...shared,
        baseUrl: settings.openaiVideosBaseUrl,
        apiKey: settings.openaiVideosApiKey,
        previousKey: settings.openaiVideosPreviousKey,
        profile: settings.openaiVideosProfile,
        model: settings.openaiVideosModel,
      }),
      settings.openaiVideosConcurrency,
      settings.openaiVideosSubmitsPerMinute,
    ],
    ...files.map(
      (file) =>
        [
          new Declarative(file, { ...shared, ...settingsOf(file, env) }),
          file.concurrency,
          file.submitsPerMinute,
        ] as const,
    ),
  ];
  const guarded = remote.map(([provider]) => new Guarded(provider, { ...guard, holdCheckMs }));
  const guardedBy = new Map(guarded.map((provider) => [provider.name, provider]));
  const providers: readonly Provider[] = [selfHosted, ...guarded];
  return {
    byName: new Map(providers.map((provider) => [provider.name, provider])),
    credentials: guarded.flatMap(({ name, credentialRefs }) =>
      credentialRefs.map((credentialRef) => ({ provider: name, credentialRef })),
    ),
    limits: new Map(
      remote.map(([{ name }, concurrency, submitsPerMinute = Infinity]) => [
        name,
        { concurrency, submitsPerMinute },
      ]),
    ),
    local: new Map([[selfHosted.name, settings.selfHostedConcurrency]]),
    selfHosted,
    pollsFromMs: ({ provider, model }) => guardedBy.get(provider)?.pollsFromMs(model) ?? 0,
    checkFor(key) {
      const { provider: name, model, credentialRef } = accountOf(key);
      const provider = guardedBy.get(name);
      if (provider?.credentialRefs[0] !== credentialRef) return undefined;
      return ({ failure }, signal) => provider.isOver(model, failure, signal);
    },
  };
}
