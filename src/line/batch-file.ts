/**
 * How Windows starts a batch file: `cmd.exe` reads the arguments as a line of its own language, and the file reads them again.
 */

/** What is started instead of the file, and the line to pass on unchanged. */
export interface BatchStart {
  readonly path: string;
  readonly line: readonly string[];
}

/** Counts also the trailing dots and blanks, which Windows ignores (CVE-2024-43402). */
export function isBatchFile(path: string): boolean {
  return /\.(?:bat|cmd)[. ]*$/i.test(path);
}

/** For error messages: what no argument of a batch file may hold. */
export const REFUSED_BY_BATCH = 'a line break or one of " % ! ^ & | < >';

/**
 * Returns undefined where a word might not arrive whole. `folder` is the folder of Windows. `ComSpec` is not used, because it may
 * name another shell with other rules.
 */
export function batchStart(path: string, args: readonly string[], folder: string): BatchStart | undefined {
  const words = args.map(quoteForBatch);
  if (/["%\r\n\0]/.test(path) || !words.every((word) => word !== undefined)) return undefined;
  // The path is in quotes, because `C:/a` would be a drive and a flag.
  const line = [`"${path.replaceAll('/', '\\')}"`, ...words].join(' ');
  // /s removes exactly the outer quotes, /v:off leaves `!` alone, and /d keeps cmd.exe from running what the registry names.
  return { path: `${folder}\\System32\\cmd.exe`, line: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`] };
}

/**
 * Quotes protect an operator in our line, but not in a batch file that starts another cmd.exe with `""program" %*"`, as
 * gcloud.cmd does: there they end the quoted part (CVE-2024-24576). `%` has a meaning within quotes as well, and so has `!` where
 * the file enables it.
 */
const UNSAFE = /["%!^&|<>\r\n\0]/;
/** Text without a meaning to cmd.exe. It stays unquoted, because a batch file may compare it with `%1`, which keeps quotes. */
const PLAIN = /^[\w.:/\\@+-]*[\w.:/@+-]$/;

function quoteForBatch(text: string): string | undefined {
  if (UNSAFE.test(text)) return undefined;
  if (PLAIN.test(text)) return text;
  // Backslashes before a quote are halved (CommandLineToArgvW).
  return `"${text.replace(/\\+$/, '$&$&')}"`;
}
