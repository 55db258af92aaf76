/** The program's two voices. */

/** What the command was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What happens on the way. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
