import { originOf } from './http.ts';
import type { MediaLibrary } from './media.ts';
import { OutputLinks } from './output-links.ts';
import type { Call, Reply } from './provider.ts';
import { service, type Service } from './services.ts';
import type { Task } from './tasks.ts';

/** Where a provider's clips are fetched from: no key, signed addresses that end. */
export class ClipHost {
  readonly #media: MediaLibrary;
  readonly #path: string;
  readonly #refuse: (why: 'expired' | 'missing') => Reply;
  readonly #links = new OutputLinks();

  /** @param path of the folder, from the root, without a slash at its end */
  constructor(media: MediaLibrary, path: string, refuse: (why: 'expired' | 'missing') => Reply) {
    this.#media = media;
    this.#path = path;
    this.#refuse = refuse;
  }

  /** @param kind a clip, or its last frame as a picture */
  url(task: Task, call: Pick<Call, 'headers'>, expiresAt: number, kind: 'mp4' | 'png' = 'mp4'): string {
    return this.#links.sign(`${originOf(call)}${this.#path}/${task.id}.${kind}`, task.id, expiresAt);
  }

  services(find: (id: string, now: number) => Task | undefined): readonly Service[] {
    return ['GET', 'HEAD'].map((method) =>
      service(method, `${this.#path}/(?<id>[^/.]+)\\.(mp4|png)`, 'download', (call, { id = '' }) =>
        this.download(id, find(id, call.now), call),
      ),
    );
  }

  async download(id: string, task: Task | undefined, call: Call): Promise<Reply> {
    if (!this.#links.isValid(id, call.url, call.now)) return this.#refuse('expired');
    if (task?.ended?.status !== 'SUCCEEDED') return this.#refuse('missing');
    const { media } = task.plan;
    if (!call.url.pathname.endsWith('.png')) return clipReply(await this.#media.clip(media), id);
    const bytes = await this.#media.lastFrame(media);
    return { status: 200, headers: { 'content-type': 'image/png' }, bytes, ranges: true, taskId: id };
  }
}

export function clipReply(bytes: Buffer, taskId: string): Reply {
  return { status: 200, headers: { 'content-type': 'video/mp4' }, bytes, ranges: true, taskId };
}

/** The XML that object stores answer with. */
export function storeError(status: number, code: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, bytes: Buffer.from(body), ranges: false };
}

export function storeRefusal(why: 'expired' | 'missing'): Reply {
  return why === 'expired' ? storeError(403, 'AccessDenied') : storeError(404, 'NoSuchKey');
}
