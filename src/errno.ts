/** Errors of system calls, in words. */

/** Go's words (`syscall.Errno`), as kubectl prints them, where they say what is wrong. */
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

/** The name of the system's error, such as ENOENT; undefined for an error that is none of the system. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Why a system call failed, for people. */
export function systemReason(error: unknown): string {
  const code = errnoOf(error) ?? 'unknown error';
  return REASONS[code] ?? code;
}
