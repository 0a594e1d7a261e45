/** Texts in command lines that are to be pasted. */

/** `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The name of a file, and `FILE` for stdin. */
export function fileWord(name: string): string {
  return name === '-' ? 'FILE' : shellWord(name);
}
