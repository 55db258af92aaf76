import { ClipHost, storeError, storeRefusal } from '../core/clip-host.ts';
import { originOf } from '../core/http.ts';
import type { MediaLibrary } from '../core/media.ts';
import type { Call, Reply } from '../core/provider.ts';
import type { Task } from '../core/tasks.ts';
import { Uploads, type UploadTicket } from './uploads.ts';

/** Where clips are fetched from and pictures are sent to, under `/runway-cdn`: no key, signed addresses, XML errors. */
export class FileHost {
  readonly #clips: ClipHost;
  readonly #uploads = new Uploads();

  constructor(media: MediaLibrary) {
    this.#clips = new ClipHost(media, '/runway-cdn/outputs', storeRefusal);
  }

  /** A fresh address of a task's clip, as the real service signs one on every read. */
  outputUrl(task: Task, call: Call, ttlMs: number): string {
    return this.#clips.url(task, call, call.now + ttlMs);
  }

  download(id: string, task: Task | undefined, call: Call): Promise<Reply> {
    return this.#clips.download(id, task, call);
  }

  openUpload(filename: string, call: Call, ttlMs: number): UploadTicket {
    return this.#uploads.open(filename, `${originOf(call)}/runway-cdn/uploads`, call.now + ttlMs);
  }

  async receiveUpload(id: string, call: Call): Promise<Reply> {
    const { form } = call;
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
