/** The fields of a multipart body, or undefined when it is none. */
export async function parseForm(
  body: Buffer,
  contentType: string | undefined,
): Promise<FormData | undefined> {
  if (contentType?.startsWith('multipart/form-data') !== true) return undefined;
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}

/** A form as plain data: texts as they are, files by name and size. */
export function describeForm(form: FormData): Readonly<Record<string, unknown>> {
  const entries = [...form.entries()].map(([name, value]) => [
    name,
    value instanceof File ? { file: value.name, bytes: value.size } : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
