/** The claims of a JSON web token (RFC 7519). We do not have the key, so the signature is not checked. */
import { decodeBase64 } from '../go/base64.ts';
import { decodeUtf8 } from '../go/utf8.ts';

/** The claims of `token`. Undefined if it is no JSON web token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^eyJ[\w-]*\.(eyJ[\w-]*)\.[\w-]*$/.exec(token)?.[1];
  return payload === undefined ? undefined : jsonObject(payload.replaceAll('-', '+').replaceAll('_', '/'));
}

/** The JSON object in unpadded base64. Undefined for anything else. */
export function jsonObject(base64: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(decodeBase64(base64, { padding: false })));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
