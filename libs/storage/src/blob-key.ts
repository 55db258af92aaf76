import { invalid } from '@reelmesh/domain';

const MAX_NAME_LENGTH = 200;

/** INVALID_ARGUMENT (SHA256_INVALID) unless 64 lower-case hex digits; nothing else may become part of a path. */
export function checkSha256(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw invalid('SHA256_INVALID', `blob ${quote(sha256)}: a blob is named by 64 lower-case hex digits`);
}

/**
 * INVALID_ARGUMENT (BLOB_NAME_INVALID) unless parts of `a-z 0-9 - _ .` joined by `/`, no part empty or starting with a
 * dot, 200 characters at most. The first letter of a part is what rules out `..`, `.`, `//` and a leading `/`.
 */
export function checkName(name: string): string {
  if (
    name.length <= MAX_NAME_LENGTH &&
    /^[a-z0-9_-][a-z0-9._-]*(?:\/[a-z0-9_-][a-z0-9._-]*)*$/.test(name) &&
    !name.includes('..')
  ) {
    return name;
  }
  throw invalid(
    'BLOB_NAME_INVALID',
    `blob name ${quote(name)}: 1 to ${MAX_NAME_LENGTH} of a-z 0-9 - _ . and /, no part empty or starting with a dot, no ".."`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
