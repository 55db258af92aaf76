import { randomBytes, randomUUID } from 'node:crypto';

export const MAX_UPLOAD_BYTES = 200 * 1024 * 1024;

interface Upload {
  readonly key: string;
  readonly signature: string;
  readonly expiresAt: number;
  bytes?: Buffer;
}

export interface UploadTicket {
  readonly runwayUri: string;
  readonly uploadUrl: string;
  /** Form fields that must come before the file. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Two-step uploads: a ticket first, then a signed form post of the file to the store. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  open(filename: string, address: string, expiresAt: number): UploadTicket {
    const id = randomUUID();
    const upload = {
      key: `ephemeral/${id}/${filename}`,
      signature: randomBytes(16).toString('hex'),
      expiresAt,
    };
    this.#uploads.set(id, upload);
    return {
      runwayUri: `runway://${id}`,
      uploadUrl: `${address}/${id}`,
      fields: { key: upload.key, 'x-amz-signature': upload.signature },
    };
  }

  /** Stores the file of a posted form; answers with the store's status and error code. */
  receive(
    id: string,
    form: FormData,
    file: Buffer | undefined,
    now: number,
  ): { status: number; code?: string } {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return { status: 404, code: 'NoSuchKey' };
    const isSigned = form.get('key') === upload.key && form.get('x-amz-signature') === upload.signature;
    if (now >= upload.expiresAt || !isSigned) return { status: 403, code: 'AccessDenied' };
    if (file === undefined) return { status: 400, code: 'InvalidArgument' };
    if (file.length > MAX_UPLOAD_BYTES) return { status: 400, code: 'EntityTooLarge' };
    upload.bytes = file;
    return { status: 204 };
  }

  find(uri: string, now: number): { readonly bytes: Buffer } | undefined {
    const upload = this.#uploads.get(uri.slice('runway://'.length));
    return upload?.bytes === undefined || now >= upload.expiresAt ? undefined : { bytes: upload.bytes };
  }

  clear(): void {
    this.#uploads.clear();
  }
}
