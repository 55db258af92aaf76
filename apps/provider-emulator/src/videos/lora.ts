import type { Call, JsonReply } from '../core/provider.ts';
import { textOf } from '../core/pydantic.ts';
import { isObject } from '../core/shape.ts';

/** The adapter that is merged into the weights of a whole server: one at a time, for every job. */
export class MergedLora {
  #merged: { readonly nickname: string; readonly path: string } | undefined;

  set({ json }: Call): JsonReply {
    const body = isObject(json) ? json : {};
    const nickname = textOf(body['lora_nickname']);
    const path = textOf(body['lora_path']);
    if (nickname === undefined || path === undefined) {
      return { status: 422, json: { detail: 'lora_nickname and lora_path are required' } };
    }
    if (this.#merged !== undefined && this.#merged.nickname !== nickname) {
      const detail = `LoRA ${this.#merged.nickname} is merged; unmerge it first`;
      return { status: 400, json: { detail } };
    }
    this.#merged = { nickname, path };
    return { status: 200, json: { status: 'ok' } };
  }

  unmerge(): JsonReply {
    this.#merged = undefined;
    return { status: 200, json: { status: 'ok' } };
  }

  list(): JsonReply {
    return { status: 200, json: { loras: this.#merged === undefined ? [] : [this.#merged] } };
  }

  clear(): void {
    this.#merged = undefined;
  }
}
