/** A password that is given to a command: on stdin, in a file or in a variable. */
import { decodeUtf8 } from '../domain/go/utf8.ts';
import { prose } from '../domain/text/hint.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readCredentialFile } from './auth-file.ts';

const LIMIT = 1024 * 1024;

export interface GivenPassword {
  /** Bytes that are not UTF-8 are kept as decodeUtf8 keeps them. */
  readonly password: string;
  /** Whether a newline at its end was dropped, which is worth saying: it may have been meant. */
  readonly newlineDropped: boolean;
}

/** Throws UserError. */
export function passwordFromStdin(io: Io): GivenPassword {
  return password(decodeUtf8(io.stdin.readAll(LIMIT, 'the password')), 'stdin');
}

/** Throws UserError. */
export function passwordFromFile(path: string): GivenPassword {
  const bytes = readCredentialFile(path, LIMIT);
  // A password may have been typed in place of its file, or of its variable.
  if (bytes === undefined) throw new UserError('--password-file names a file that does not exist', FILE_OR_STDIN);
  return password(decodeUtf8(bytes), path);
}

/** Throws UserError. */
export function passwordFromEnv(variable: string, io: Io): GivenPassword {
  const text = io.env[variable];
  if (text === undefined) throw new UserError('--password-env names a variable that is not set', FILE_OR_STDIN);
  return password(text, `the variable ${variable}`);
}

const FILE_OR_STDIN = prose`pipe the password in with --password-stdin`;

/** One newline, as `echo` and editors add it; a second one is part of the password. */
function password(text: string, source: string): GivenPassword {
  const trimmed = text.replace(/\r?\n$/, '');
  if (trimmed === '') {
    throw new UserError(`${source} holds no password`, prose`pipe one in with --password-stdin < FILE`);
  }
  return { password: trimmed, newlineDropped: trimmed !== text };
}
