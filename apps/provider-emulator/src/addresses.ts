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

export function addressesOf(url: string): Readonly<Record<string, string>> {
  return { url, ...Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, `${url}${path}`])) };
}
