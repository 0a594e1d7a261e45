/** A password that is given to a command: on stdin, in a file or in a variable. */
import { decodeUtf8 } from '../domain/go/utf8.ts';
import { words } from '../domain/text/command.ts';
import { prose } from '../domain/text/hint.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readCredentialFile } from './auth-file.ts';

const LIMIT = 1024 * 1024;

export interface GivenPassword {
  /** Bytes that are not UTF-8 are kept as decodeUtf8 keeps them. */
  readonly password: string;
  /** Where it is from, as results and errors say it: `stdin`, `token.txt`, `$TOKEN`. */
  readonly from: string;
}

/** Throws UserError. */
export function passwordFromStdin(io: Io): GivenPassword {
  return password(decoded(io.stdin.readAll(LIMIT, 'the password'), 'stdin'), 'stdin');
}

/** Throws UserError. */
export function passwordFromFile(path: string): GivenPassword {
  const bytes = readCredentialFile(path, LIMIT);
  // A password may have been typed in place of its file, or of its variable.
  if (bytes === undefined) throw new UserError('--password-file names a file that does not exist', FILE_OR_STDIN);
  return password(decoded(bytes, path), path);
}

/** Throws UserError. */
export function passwordFromEnv(variable: string, io: Io): GivenPassword {
  const text = io.env[variable];
  if (text === undefined) {
    // A shell puts the value in the place of `$NAME`, and that is not said.
    const hint = /^\w+$/.test(variable) ? FILE_OR_STDIN : prose`type the name of the variable without $: ${NAMED}`;
    throw new UserError('--password-env names a variable that is not set', hint);
  }
  return password(text, `$${variable}`);
}

const NAMED = words`--password-env REGISTRY_TOKEN`;
const FILE_OR_STDIN = prose`pipe the password in with --password-stdin`;

/**
 * The text of `bytes`. PowerShell 5.1 writes UTF-16 with `>`, and a byte order mark before UTF-8; nobody can type either at
 * a registry.
 */
function decoded(bytes: Uint8Array, source: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UserError(
      `${source} holds UTF-16 and not UTF-8`,
      prose`in PowerShell, write the file with Out-File -Encoding ascii instead of >`,
    );
  }
  return decodeUtf8(bytes).replace(/^\ufeff/, '');
}

/** One newline, as `echo` and editors add it; a second one is part of the password. */
function password(text: string, source: string): GivenPassword {
  const trimmed = text.replace(/\r?\n$/, '');
  if (trimmed.trim() === '') {
    throw new UserError(`${source} holds no password`, prose`pipe one in with --password-stdin < FILE`);
  }
  return { password: trimmed, from: source };
}
