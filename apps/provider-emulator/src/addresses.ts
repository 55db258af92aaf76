/** Base addresses for clients, by the name under which they are printed. */
const PATHS = {
  adminUrl: '/admin',
  runwayUrl: '/runway',
  falUrl: '/fal-queue',
  falApiUrl: '/fal-api',
  falJwksUrl: '/fal-rest/.well-known/jwks.json',
  zhipuUrl: '/zhipu/api/paas/v4',
  sglangUrl: '/sglang',
  vllmOmniUrl: '/vllm-omni',
  openaiVideosUrl: '/openai-videos',
  klingUrl: '/kling',
  arkUrl: '/ark/api/v3',
} as const;

/** @param recorded names of providers that play a recording, each under its own */
export function addressesOf(
  url: string,
  recorded: readonly string[] = [],
): Readonly<Record<string, string | Readonly<Record<string, string>>>> {
  const plain = Object.entries(PATHS).map(([name, path]) => [name, `${url}${path}`] as const);
  const own = recorded.map((name) => [name, `${url}/${name}`] as const);
  return {
    url,
    ...Object.fromEntries(plain),
    ...(own.length === 0 ? {} : { recorded: Object.fromEntries(own) }),
  };
}
