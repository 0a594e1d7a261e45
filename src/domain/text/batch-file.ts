/** How Windows starts a batch file: `cmd.exe` reads the arguments as a line of its own language, and so does the file. */

/** What is started instead of the file, with a line that is passed on as it is. */
export interface BatchStart {
  readonly path: string;
  readonly line: readonly string[];
}

/** Also with the dots and blanks behind it that Windows leaves out (CVE-2024-43402). */
export function isBatchFile(path: string): boolean {
  return /\.(?:bat|cmd)[. ]*$/i.test(path);
}

/** In the words of an error: what no argument of a batch file may hold. */
export const REFUSED_BY_BATCH = 'a line break or one of " % ! ^ & | < >';

/**
 * Undefined where a word might not arrive whole. `folder` is that of Windows: what `ComSpec` names may be another shell, with
 * other rules.
 */
export function batchStart(path: string, args: readonly string[], folder: string): BatchStart | undefined {
  const words = args.map(quoteForBatch);
  if (/["%\r\n\0]/.test(path) || !words.every((word) => word !== undefined)) return undefined;
  // In quotes, because `C:/a` would be a drive and a flag.
  const line = [`"${path.replaceAll('/', '\\')}"`, ...words].join(' ');
  // /s takes exactly the outer quotes away, /v:off leaves `!` alone, and /d starts nothing that the registry names.
  return { path: `${folder}\\System32\\cmd.exe`, line: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`] };
}

/**
 * Quotes protect an operator in our line, and not in that of a batch file which starts another cmd.exe with `""program" %*"`,
 * as gcloud.cmd does: there they end what was quoted (CVE-2024-24576). `%` means something within quotes, too, and `!`
 * where the file has said so.
 */
const UNSAFE = /["%!^&|<>\r\n\0]/;
/** Means nothing to cmd.exe; a batch file may compare it with `%1`, which keeps quotes. */
const PLAIN = /^[\w.:/\\@+-]*[\w.:/@+-]$/;

function quoteForBatch(text: string): string | undefined {
  if (UNSAFE.test(text)) return undefined;
  if (PLAIN.test(text)) return text;
  // Backslashes before a quote are halved (CommandLineToArgvW).
  return `"${text.replace(/\\+$/, '$&$&')}"`;
}
