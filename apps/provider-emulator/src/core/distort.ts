import type { WireAction } from './actions.ts';
import type { AnswerFields, BytesReply, JsonReply, Refusals, Reply } from './provider.ts';
import { isObject } from './shape.ts';

const HTML_PAGE =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head>' +
  '<body><center><h1>502 Bad Gateway</h1></center></body></html>';

/** Whether the request is carried out before the wire misbehaves. */
export function isAccepted(action: WireAction | undefined): boolean {
  switch (action?.type) {
    case 'respond':
    case 'html':
      return action.accept ?? false;
    case 'reset_before_reading':
    case 'reset_before_accepting':
    case 'redirect':
    case 'refuse':
    case 'restart':
      return false;
    default:
      return true;
  }
}

/** The answer of a call that a rule answers in the provider's place. */
export function scriptedReply(action: WireAction, url: URL, refusals: Refusals): Reply | undefined {
  switch (action.type) {
    case 'refuse':
      return refusals[action.reason];
    case 'respond':
      return Object.hasOwn(action, 'body') && typeof action.body === 'string'
        ? textReply(action.status, 'text/plain; charset=utf-8', action.body, action.headers)
        : {
            status: action.status,
            json: action.body,
            ...(action.headers ? { headers: action.headers } : {}),
          };
    case 'html':
      return textReply(action.status ?? 502, 'text/html; charset=utf-8', HTML_PAGE);
    case 'redirect':
      return textReply(302, 'text/plain; charset=utf-8', '', {
        location: action.location ?? url.pathname + url.search,
      });
    default:
      return undefined;
  }
}

/** A good answer, spoilt as the rule says. Only answers of 2xx are spoilt: a refusal stays what it is. */
export function distort(reply: Reply, action: WireAction, fields: AnswerFields): Reply {
  if (reply.status >= 300) return reply;
  return 'json' in reply ? distortJson(reply, action, fields) : distortBytes(reply, action);
}

function distortJson(reply: JsonReply, action: WireAction, fields: AnswerFields): Reply {
  const { json } = reply;
  if (action.type === 'truncated_json') {
    const whole = Buffer.from(JSON.stringify(json));
    return {
      status: reply.status,
      headers: { 'content-type': 'application/json', ...reply.headers },
      bytes: whole.subarray(0, Math.floor(whole.length / 2)),
      ranges: false,
    };
  }
  if (!isObject(json)) return reply;
  switch (action.type) {
    case 'unknown_status':
      return { ...reply, json: changed(json, fields.status, () => action.status) };
    case 'unknown_fields':
      return { ...reply, json: { ...json, ...action.fields } };
    case 'clock_skew':
      return { ...reply, json: changed(json, fields.createdAt ?? [], (at) => skewed(at, action.ms)) };
    default:
      return reply;
  }
}

function distortBytes(reply: BytesReply, action: WireAction): BytesReply {
  switch (action.type) {
    case 'truncated_body':
      return { ...reply, ranges: false, cutAfterBytes: Math.floor(reply.bytes.length / 2) };
    case 'zero_bytes':
      return { ...reply, ranges: false, bytes: Buffer.alloc(0) };
    case 'wrong_content_type':
      return { ...reply, headers: { ...reply.headers, 'content-type': action.contentType } };
    case 'corrupt_mp4':
      return { ...reply, bytes: withoutMoov(reply.bytes) };
    case 'trickle':
      return { ...reply, bytesPerSecond: action.bytesPerSecond };
    case 'no_ranges':
      return { ...reply, ranges: false };
    default:
      return reply;
  }
}

/** The same length with the index renamed to skippable space (not `free`: ffmpeg looks for an index in there). */
function withoutMoov(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf('moov', 0, 'latin1');
  if (at >= 0) copy.write('skip', at, 'latin1');
  return copy;
}

/** The same document with the value at one path changed; unchanged where there is no such value. */
function changed(json: unknown, path: readonly string[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isObject(json) || !Object.hasOwn(json, key)) return json;
  return { ...json, [key]: rest.length === 0 ? change(json[key]) : changed(json[key], rest, change) };
}

/** A number below this is seconds since the epoch, above it milliseconds. */
const LEAST_MILLISECONDS = 1e11;

function skewed(createdAt: unknown, ms: number): unknown {
  if (typeof createdAt === 'number') return createdAt + (createdAt < LEAST_MILLISECONDS ? ms / 1000 : ms);
  return typeof createdAt === 'string' ? new Date(Date.parse(createdAt) + ms).toISOString() : createdAt;
}

function textReply(
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): BytesReply {
  return {
    status,
    headers: { 'content-type': contentType, ...headers },
    bytes: Buffer.from(text),
    ranges: false,
  };
}
