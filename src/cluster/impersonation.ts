/** Acting as somebody else (client-go transport/round_trippers.go `impersonatingRoundTripper`). */
import type { User } from './kube-file.ts';

/** The headers for `as`, `as-uid`, `as-groups` and `as-user-extra`; none without `as`. */
export function impersonation(user: User): Record<string, string | readonly string[]> {
  if (user.as === undefined) return {};
  const extra = Object.entries(user.asUserExtra ?? {}).filter(([, values]) => values.length > 0);
  return {
    'Impersonate-User': user.as,
    ...(user.asUid === undefined ? {} : { 'Impersonate-Uid': user.asUid }),
    ...(user.asGroups?.length ? { 'Impersonate-Group': user.asGroups } : {}),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values])),
  };
}

/** `headerKeyEscape` */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
