import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { verifyClip } from '@reelmesh/media';
import { PROMPT, RATIO, SECONDS } from './gateway-stage.ts';

export interface BareOptions {
  readonly url: string;
  readonly key: string;
  readonly directory: string;
  readonly renderMs: number;
  readonly pollPercent: number;
  /** Look whether the file is a clip: container, codecs, and every frame decoded. */
  readonly checks?: boolean;
}

/** Connections are kept and shared: the cheapest way to make the calls. */
const agent = new Agent({ keepAlive: true });
const POLL_MS = 5000;

/** What a script without any care does: create, poll until it has succeeded, download. */
export async function bareTake({
  url,
  key,
  directory,
  pollPercent,
  checks = false,
}: BareOptions): Promise<void> {
  const headers = {
    authorization: `Bearer ${key}`,
    'x-runway-version': '2024-11-06',
    'content-type': 'application/json',
  };
  const body = { model: 'gen4.5', promptText: PROMPT, ratio: RATIO, duration: SECONDS, seed: 7 };
  const { id } = (await json(
    await call('POST', `${url}/v1/text_to_video`, headers, JSON.stringify(body)),
  )) as {
    readonly id: string;
  };
  const pauseMs = (POLL_MS * pollPercent) / 100;
  await wait(pauseMs / 2);
  for (;;) {
    const task = (await json(await call('GET', `${url}/v1/tasks/${id}`, headers))) as {
      readonly status: string;
      readonly output?: readonly string[];
    };
    const [output] = task.output ?? [];
    if (task.status === 'SUCCEEDED' && output !== undefined) return fetchFile(output, directory, checks);
    await wait(pauseMs);
  }
}

async function fetchFile(url: string, directory: string, checks: boolean): Promise<void> {
  const path = join(directory, `${randomUUID()}.mp4`);
  await pipeline(await call('GET', url, {}), createWriteStream(path));
  if (checks) await verifyClip(path, { minSeconds: SECONDS - 0.5 });
  await rm(path);
}

function call(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent }, resolve).on('error', reject).end(body);
  });
}

async function json(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text}`);
  return JSON.parse(text);
}
