import jsonpointer from 'jsonpointer';

/** Writes a value where a name says: a field of that name, or a place deeper inside by JSON pointer, where `-` appends. */
export function place(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name.startsWith('/')) jsonpointer.set(target, name, value);
  else target[name] = value;
}
