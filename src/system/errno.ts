/** Words for the errors of system calls. */

/** Go's words (`syscall.Errno`), as kubectl prints them, if they say what is wrong. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EIO: 'the disk failed',
  EISDIR: 'is a directory',
  ELOOP: 'its symbolic links form a loop',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
};

/** The name of a system error, such as ENOENT; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Why a system call failed, in words for the user. */
export function systemReason(error: unknown): string {
  const code = errnoOf(error) ?? 'unknown error';
  return REASONS[code] ?? code;
}
