/** What `kubectl apply` keeps of a Secret beside it: all that was applied, with its logins (kubectl pkg/util/apply.go). */
import { Base64Error, decodeBase64, encodeBase64 } from '../go/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import type { Secret } from '../keyring/secret.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Whether that annotation of `secret` holds one of these logins; an annotation that is no JSON holds none that can be told. */
export function lastAppliedHolds(
  { metadata: { annotations } }: { readonly metadata: Pick<Secret['metadata'], 'annotations'> },
  logins: readonly { readonly username: string; readonly password: string }[],
): boolean {
  const text = annotations?.[LAST_APPLIED];
  if (text === undefined) return false;
  const payloads = payloadsIn(text);
  return logins.some(({ username, password }) => {
    const marks = [encodeBase64(encodeUtf8(`${username}:${password}`)), JSON.stringify(password)];
    return payloads.some((payload) => marks.some((mark) => payload.includes(mark)));
  });
}

function payloadsIn(text: string): string[] {
  const { data, stringData } = parsed(text);
  return [...Object.values(data ?? {}).flatMap(decoded), ...Object.values(stringData ?? {}).map(String)];
}

function parsed(text: string): { readonly data?: object | null; readonly stringData?: object | null } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function decoded(value: unknown): string[] {
  try {
    return [decodeUtf8(decodeBase64(String(value)))];
  } catch (error) {
    if (error instanceof Base64Error) return [];
    throw error;
  }
}
