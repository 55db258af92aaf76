import type { MediaLibrary } from '../core/media.ts';
import type { Call, Reply } from '../core/provider.ts';
import { OutputLinks } from './output-links.ts';
import type { Task } from './tasks.ts';
import { Uploads, type UploadTicket } from './uploads.ts';

/** Where clips are fetched from and pictures are sent to, under `/runway-cdn`: no key, signed addresses, XML errors. */
export class FileHost {
  readonly #media: MediaLibrary;
  readonly #links = new OutputLinks();
  readonly #uploads = new Uploads();

  constructor(media: MediaLibrary) {
    this.#media = media;
  }

  /** A fresh address of a task's clip, as the real service signs one on every read. */
  outputUrl(task: Task, call: Call, ttlMs: number): string {
    return this.#links.sign(`${originOf(call)}/runway-cdn/outputs/${task.id}.mp4`, task.id, call.now + ttlMs);
  }

  async download(id: string, task: Task | undefined, call: Call): Promise<Reply> {
    if (!this.#links.isValid(id, call.url, call.now)) return storeError(403, 'AccessDenied');
    if (task?.ended?.status !== 'SUCCEEDED') return storeError(404, 'NoSuchKey');
    const bytes = await this.#media.clip(task.plan.media);
    return { status: 200, headers: { 'content-type': 'video/mp4' }, bytes, ranges: true, taskId: id };
  }

  openUpload(filename: string, call: Call, ttlMs: number): UploadTicket {
    return this.#uploads.open(filename, `${originOf(call)}/runway-cdn/uploads`, call.now + ttlMs);
  }

  async receiveUpload(id: string, call: Call): Promise<Reply> {
    const form = await formOf(call);
    if (form === undefined) return storeError(400, 'MalformedPOSTRequest');
    const file = form.get('file');
    const bytes = file instanceof File ? Buffer.from(await file.arrayBuffer()) : undefined;
    const { status, code } = this.#uploads.receive(id, form, bytes, call.now);
    return code === undefined ? { status, json: undefined } : storeError(status, code);
  }

  findUpload(uri: string, now: number): { readonly bytes: Buffer } | undefined {
    return this.#uploads.find(uri, now);
  }

  reset(): void {
    this.#uploads.clear();
  }
}

/** The address at which the client reached us: right through port mappings and service names too. */
function originOf(call: Call): string {
  return `http://${call.headers.host ?? 'localhost'}`;
}

async function formOf(call: Call): Promise<FormData | undefined> {
  try {
    const headers = { 'content-type': call.headers['content-type'] ?? '' };
    return await new Response(new Uint8Array(call.body), { headers }).formData();
  } catch {
    return undefined;
  }
}

function storeError(status: number, code: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, bytes: Buffer.from(body), ranges: false };
}
