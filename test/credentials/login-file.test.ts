import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/codec/go/utf8.ts';
import { decodeLoginFile } from '../../src/credentials/login-file.ts';
import { UserError } from '../../src/errors.ts';
import { fc } from '../support/fast-check.ts';
import { refusalOf } from '../support/hints.ts';

const EXAMPLE = '--from-file ~/.docker/config.json';

describe('files with logins', () => {
  test.each([
    ['a docker config', '{"auths":{"r.io":{"auth":"dTpw"}}}', { 'r.io': { auth: 'dTpw' } }],
    ['a docker config without logins', '{}', {}],
    ['a docker config with a store only', '{"CredsStore":"pass","HttpHeaders":{}}', {}],
    ['a legacy map', '{"r.io":{"auth":"dTpw","email":"a@b.c"}}', { 'r.io': { auth: 'dTpw', email: 'a@b.c' } }],
    [
      'a helper answer',
      '{"ServerURL":"r.io","Username":"u","Secret":"p"}\n',
      { 'r.io': { username: 'u', password: 'p' } },
    ],
    [
      'a token of a helper',
      '{"ServerURL":"r.io","Username":"\\u003ctoken\\u003e","Secret":"t"}',
      { 'r.io': { identitytoken: 't' } },
    ],
  ])('%s', (_, text, auths) => {
    const { auths: found } = decodeLoginFile(encodeUtf8(text), 'f.json');
    expect(Object.fromEntries(found)).toEqual(auths);
  });
});

describe('everything else is refused, and what to type instead', () => {
  test.each([
    ['', 'f.json is empty', 'docker login'],
    [' \n', 'f.json is empty', 'docker login'],
    ['hunter2\n', 'f.json is not JSON', EXAMPLE],
    ['{"auths":', 'f.json is not JSON: unexpected end of JSON input', 'jq . f.json'],
    ['\u007fELF\0', 'f.json is a binary file, not a docker config', 'file f.json'],
    [
      '\ufeff{}',
      'f.json begins with a byte order mark, which docker does not accept',
      "sed -i '1s/^\\xEF\\xBB\\xBF//' f.json",
    ],
    [
      '{"r.io":{"auth":5}}',
      'f.json is not a docker config: json: cannot unmarshal number into Go struct field AuthConfig.auth of type string',
      EXAMPLE,
    ],
    ['["auths"]', 'f.json holds a JSON array, not a docker config', EXAMPLE],
    ['apiVersion: v1\nkind: Secret\n', 'f.json is a Kubernetes Secret, not a docker config', 'kubectl apply -f f.json'],
    [
      '{"apiVersion":"v1","kind":"Secret","data":{}}',
      'f.json is a Kubernetes Secret, not a docker config',
      'kubectl apply -f f.json',
    ],
    ['{"apiVersion":"v1","kind":"ConfigMap"}', 'f.json is a Kubernetes ConfigMap, not a docker config', EXAMPLE],
    [
      '{"type":"service_account","private_key":"x"}',
      'f.json is the key of a Google service account',
      'regsecret create --server REGISTRY --username _json_key --password-file f.json',
    ],
    [
      '{"name":"x","version":"1"}',
      'f.json is JSON without logins: it has neither auths nor credHelpers nor credsStore',
      EXAMPLE,
    ],
    [
      '{"auths":{"bad.io":{"auth":"cGFudHM="}}}',
      'f.json is not a docker config: invalid auth configuration file in the entry bad.io',
      EXAMPLE,
    ],
    [
      '{"bad.io":{"auth":"x"}}',
      'f.json is not a docker config: illegal base64 data at input byte 0 in the entry bad.io',
      EXAMPLE,
    ],
    [
      '{"auths":[]}',
      'f.json is not a docker config: json: cannot unmarshal array into Go struct field ConfigFile.auths of type map[string]types.AuthConfig',
      EXAMPLE,
    ],
  ])('%j', (text, message, hint) => {
    expect(refusalOf(() => decodeLoginFile(encodeUtf8(text), 'f.json'))).toEqual({ message, hint });
  });

  test('UTF-16, as PowerShell writes it', () => {
    expect(refusalOf(() => decodeLoginFile(Buffer.from('\ufeff{}', 'utf16le'), '-'))).toEqual({
      message: 'stdin is UTF-16 text, and a docker config is UTF-8',
      hint: 'iconv -f UTF-16 -t UTF-8 -',
    });
  });

  test.each([
    ['UTF-16 in the other order', [0xfe, 0xff, 0x00, 0x7b], 'f.json is UTF-16 text, and a docker config is UTF-8'],
    ['half of its mark', [0xff, 0x7d], 'f.json is not JSON'],
    ['the other half', [0xfe, 0x7d], 'f.json is not JSON'],
    ['the end of its mark', [0x7d, 0xfe], 'f.json is not JSON'],
    ['the end of the other', [0x7d, 0xff], 'f.json is not JSON'],
    ['half of the mark of UTF-8', [0xef, 0x7d], 'f.json is not JSON'],
    ['a mark of UTF-8', [0xef, 0xbb, 0xbf, 0x7b], 'f.json begins with a byte order mark, which docker does not accept'],
  ])('%s', (_, bytes, message) => {
    expect(refusalOf(() => decodeLoginFile(Uint8Array.from(bytes), 'f.json')).message).toBe(message);
  });

  test('whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(encodeUtf8)), (bytes) => {
        try {
          decodeLoginFile(bytes, 'f.json');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
