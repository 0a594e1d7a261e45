/** The claims of a JSON web token (RFC 7519). Nobody here has the key: the signature is not looked at. */
import { decodeBase64 } from '../go/base64.ts';
import { decodeUtf8 } from '../go/utf8.ts';

/** Undefined for what is no such token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^eyJ[\w-]*\.(eyJ[\w-]*)\.[\w-]*$/.exec(token)?.[1];
  return payload === undefined ? undefined : jsonObject(payload.replaceAll('-', '+').replaceAll('_', '/'));
}

/** The JSON object that unpadded base64 stands for, undefined for anything else. */
export function jsonObject(base64: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(decodeBase64(base64, { padding: false })));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
