/** The old password, where the person gives it: from stdin, a file or a variable. */
import { type GivenPassword, passwordFromEnv, passwordFromFile, passwordFromStdin } from '../../credentials/stdin.ts';
import { UsageError, UserError } from '../../errors.ts';
import { prose } from '../../line/hint.ts';
import type { Io } from '../../system/io.ts';

export interface OldPasswordOptions {
  readonly oldPasswordStdin?: boolean;
  readonly oldPasswordFile?: string;
  readonly oldPasswordEnv?: string;
}

/** Undefined where none is given. Throws UsageError, and UserError where it cannot be read. */
export function readOldPassword(
  { oldPasswordStdin, oldPasswordFile, oldPasswordEnv }: OldPasswordOptions,
  usesStdin: boolean,
  io: Io,
): GivenPassword | undefined {
  const flags = [
    ...(oldPasswordStdin ? ['--old-password-stdin'] : []),
    ...(oldPasswordFile === undefined ? [] : ['--old-password-file']),
    ...(oldPasswordEnv === undefined ? [] : ['--old-password-env']),
  ];
  if (flags.length > 1)
    throw new UsageError(`${flags.join(' and ')} cannot be used together`, prose`give the old password once`);
  if (oldPasswordStdin && usesStdin)
    throw new UsageError(
      'stdin cannot be both the old and the new login',
      prose`give the old password with --old-password-file or --old-password-env`,
    );
  if (oldPasswordFile !== undefined) return orNamed('--old-password-file', () => passwordFromFile(oldPasswordFile));
  if (oldPasswordEnv !== undefined) return orNamed('--old-password-env', () => passwordFromEnv(oldPasswordEnv, io));
  return oldPasswordStdin ? orNamed('--old-password-stdin', () => passwordFromStdin(io)) : undefined;
}

/** The texts of the other password name its flags. */
function orNamed(flag: string, read: () => GivenPassword): GivenPassword {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const Kind = error instanceof UsageError ? UsageError : UserError;
    throw new Kind(
      error.message.replace(/--password-(stdin|file|env)/, flag),
      prose`give the old password with ${flag}`,
    );
  }
}
