/** Reads a password from stdin, a file or a variable. */

import { decodeUtf8 } from '../codec/go/utf8.ts';
import { UsageError, UserError } from '../errors.ts';
import { pathWord, words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import type { Io } from '../system/io.ts';
import { isSlip } from '../text/closest.ts';
import { readCredentialFile } from './auth-file.ts';
import { isDockerConfig } from './login-file.ts';

const LIMIT = 1024 * 1024;

export interface GivenPassword {
  /** Bytes that are not UTF-8 are kept as decodeUtf8 keeps them. */
  readonly password: string;
  /** Where the password comes from, as results and errors name it: `stdin`, `token.txt`, `$TOKEN`. */
  readonly from: string;
}

/** Throws UserError, and UsageError for a docker config. */
export function passwordFromStdin(io: Io): GivenPassword {
  const text = decoded(io.stdin.readAll(LIMIT, 'the password'), 'stdin');
  return password(text, { source: 'stdin', flag: '--password-stdin', file: '-' });
}

/** Throws UserError, and UsageError for a docker config. */
export function passwordFromFile(path: string): GivenPassword {
  const bytes = readCredentialFile(path, LIMIT);
  // The name is not repeated: a password may have been typed in place of its file.
  if (bytes === undefined) throw new UserError('the file of --password-file does not exist', FILE_OR_STDIN);
  return password(decoded(bytes, path), { source: path, flag: '--password-file', file: pathWord(path) });
}

/** Throws UserError, and UsageError for a docker config. */
export function passwordFromEnv(variable: string, io: Io): GivenPassword {
  const text = io.env[variable];
  if (text === undefined) {
    // A shell replaces `$NAME` by its value, so the given text is not repeated.
    const hint = /^\w+$/.test(variable) ? FILE_OR_STDIN : prose`type the name of the variable without $: ${NAMED}`;
    // Only a likely typo is corrected, so that no other variable is taken for the password.
    const near = Object.keys(io.env).find((name) => isSlip(variable, name));
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    // A name with a digit in it could be a password in capitals, so it is not repeated.
    const isName = /^[A-Z_]+$/.test(variable);
    const text = isName ? `$${variable} is not set` : 'the variable of --password-env is not set';
    throw new UserError(text + meant, hint);
  }
  return password(text, { source: `$${variable}`, flag: '--password-env', file: 'FILE' });
}

const NAMED = words`--password-env REGISTRY_TOKEN`;
const FILE_OR_STDIN = prose`pipe the password in with --password-stdin`;

/**
 * The text of `bytes`. PowerShell 5.1 writes UTF-16 with `>`, and a byte order mark before UTF-8. Neither belongs to a password,
 * since nobody can type it.
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

interface PasswordSource {
  readonly source: string;
  readonly flag: string;
  /** What `--from-file` can read instead. */
  readonly file: string;
}

/** Removes one newline, as `echo` and editors add it. A second newline is part of the password. */
function password(text: string, { source, flag, file }: PasswordSource): GivenPassword {
  const trimmed = text.replace(/\r?\n$/, '');
  if (trimmed.trim() === '') {
    throw new UserError(`${source} holds no password`, prose`pipe one in with --password-stdin < FILE`);
  }
  // The key of a service account is JSON too, and a valid password.
  if (trimmed.trimStart().startsWith('{') && isDockerConfig(trimmed)) {
    throw new UsageError(`${flag} takes a password, and ${source} holds a docker config`, {
      add: words`--from-file ${file}`,
      drop: [flag, '--username'],
    });
  }
  return { password: trimmed, from: source };
}
