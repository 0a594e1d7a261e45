import { describe, expect, test } from 'vitest';
import {
  foldName,
  type JsonNode,
  JsonTypeError,
  jsonString,
  membersFor,
  parseFirstJson,
  parseJson,
  quoteJson,
} from '../../../src/codec/go/json.ts';
import { JsonSyntaxError } from '../../../src/codec/go/json-scanner.ts';
import { encodeUtf8 } from '../../../src/codec/go/utf8.ts';
import { cases } from '../../support/cases.ts';
import { fc } from '../../support/fast-check.ts';

/** The messages below come from a run of Go 1.26. */
describe('syntax errors, in the words of json.Unmarshal and json.Decoder', () => {
  test.each([
    ['', 'unexpected end of JSON input', undefined],
    ['{', 'unexpected end of JSON input', 'unexpected EOF'],
    ['"abc', 'unexpected end of JSON input', 'unexpected EOF'],
    ['[1,', 'unexpected end of JSON input', 'unexpected EOF'],
    ['-', "invalid character ' ' in numeric literal", 'unexpected EOF'],
    ['1.', "invalid character ' ' after decimal point in numeric literal", 'unexpected EOF'],
    ['0E', "invalid character ' ' in exponent of numeric literal", 'unexpected EOF'],
    ['tru', "invalid character ' ' in literal true (expecting 'e')", 'unexpected EOF'],
    ['"\\', "invalid character ' ' in string escape code", 'unexpected EOF'],
    ['"\\u00', "invalid character ' ' in \\u hexadecimal character escape", 'unexpected EOF'],
    [' \n\r\t', 'unexpected end of JSON input', undefined],
    ['\v', "invalid character '\\v' looking for beginning of value", 'same'],
    ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape", 'same'],
    ['"\\u00G0"', "invalid character 'G' in \\u hexadecimal character escape", 'same'],
    ['"\\u00`0"', "invalid character '`' in \\u hexadecimal character escape", 'same'],
    ['"\\u00@0"', "invalid character '@' in \\u hexadecimal character escape", 'same'],
    ['"\\u00:0"', "invalid character ':' in \\u hexadecimal character escape", 'same'],
    ['"\\u00/0"', "invalid character '/' in \\u hexadecimal character escape", 'same'],
    ['nope', "invalid character 'o' in literal null (expecting 'u')", 'same'],
    ['{a', "invalid character 'a' looking for beginning of object key string", 'same'],
    ['{"a" 1', "invalid character '1' after object key", 'same'],
    ['{"a":1 2', "invalid character '2' after object key:value pair", 'same'],
    ['[1 2', "invalid character '2' after array element", 'same'],
    ['[1,]', "invalid character ']' looking for beginning of value", 'same'],
    ['"\n"', "invalid character '\\n' in string literal", 'same'],
    ['"\\x"', "invalid character 'x' in string escape code", 'same'],
    ["'a'", "invalid character '\\'' looking for beginning of value", 'same'],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value", 'same'],
    ['[01]', "invalid character '1' after array element", 'same'],
  ])('%j', (text, unmarshal, decoder) => {
    const truncated = decoder !== 'same';
    expect(() => parseJson(encodeUtf8(text))).toThrow(new JsonSyntaxError(unmarshal, truncated));
    if (decoder === undefined) expect(parseFirstJson(encodeUtf8(text))).toBeUndefined();
    else {
      const message = truncated ? decoder : unmarshal;
      expect(() => parseFirstJson(encodeUtf8(text))).toThrow(new JsonSyntaxError(message, truncated));
    }
  });

  test('what follows the first value stops json.Unmarshal only', () => {
    expect(() => parseJson(encodeUtf8('{}x'))).toThrow(
      new JsonSyntaxError("invalid character 'x' after top-level value"),
    );
    expect(parseFirstJson(encodeUtf8(' {} x'))?.rest).toBe(3);
  });

  test('10,000 levels are read, one more is an error and no end of the stack', () => {
    const nested = (depth: number): Uint8Array => encodeUtf8('['.repeat(depth) + ']'.repeat(depth));
    expect(parseJson(nested(10_000)).root.kind).toBe('array');
    expect(() => parseJson(nested(10_001))).toThrow(new JsonSyntaxError('exceeded max depth'));
  });
});

describe('strings', () => {
  test.each([
    ['"\\u003ctoken\\u003e"', '<token>'],
    ['"\\ud83d\\ude00"', '\u{1f600}'],
    ['"\\ud83d"', '\ufffd'],
    ['"\\ud83dx"', '\ufffdx'],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"é\u{1f600}"', 'é\u{1f600}'],
  ])('%s', (json, text) => {
    const document = parseJson(encodeUtf8(json));
    expect(jsonString(document, document.root)).toBe(text);
  });

  test('a byte that is not UTF-8 becomes U+FFFD', () => {
    const document = parseJson(Uint8Array.of(0x22, 0x61, 0xff, 0x5c, 0x6e, 0x22));
    expect(jsonString(document, document.root)).toBe('a\ufffd\n');
  });
});

describe('members of structs', () => {
  const fields = ['auths', 'credsStore'];

  test.each([
    ['{"AUTHS":1,"x":2,"auth\\u017f":3}', 'auths', ['AUTHS', 'auth\u017f']],
    ['{"CREDSSTORE":1,"credsstore":2,"credsStore":3}', 'credsStore', ['CREDSSTORE', 'credsstore', 'credsStore']],
  ])('%s has %s in %j', (json, field, names) => {
    const { root } = parseJson(encodeUtf8(json));
    expect(membersFor(root, field, fields).map(({ name }) => name)).toEqual(names);
  });

  test('the kelvin sign folds to k', () => {
    expect(foldName('to\u212aEN')).toBe('token');
  });
});

/** The value of a node, from its position in the text alone. */
function valueAt(bytes: Uint8Array, node: JsonNode): unknown {
  if (node.kind !== 'object') return JSON.parse(Buffer.from(bytes.subarray(node.start, node.end)).toString());
  return Object.fromEntries(node.members.map(({ name, value }) => [name, valueAt(bytes, value)]));
}

test('agrees with JSON.parse on valid documents', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
      const bytes = Buffer.from(JSON.stringify(JSON.parse(json), undefined, indent));
      expect(valueAt(bytes, parseJson(bytes).root)).toEqual(JSON.parse(bytes.toString()));
    }),
    { numRuns: 500 },
  );
});

test('accepts what JSON.parse accepts, and throws nothing but JsonSyntaxError', () => {
  const almostJson = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0ae.-+ \n', 'true', 'null', '"a":') });
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string({ unit: 'grapheme' })), (text) => {
      const accepts = (parse: () => unknown, expected: new (message: string) => Error): boolean => {
        try {
          parse();
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(expected);
          return false;
        }
      };
      expect(accepts(() => parseJson(encodeUtf8(text)), JsonSyntaxError)).toBe(accepts(() => JSON.parse(text), Error));
    }),
    { numRuns: cases(500, 2000) },
  );
});

test('what is quoted is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const document = parseJson(encodeUtf8(quoteJson(text)));
      expect(jsonString(document, document.root)).toBe(text.toWellFormed());
    }),
  );
});

test('a value of the wrong type is told as json.UnmarshalTypeError', () => {
  expect(new JsonTypeError('bool', 'Go value of type string')).toMatchObject({
    name: 'JsonTypeError',
    message: 'json: cannot unmarshal bool into Go value of type string',
  });
});

test('what json.Marshal escapes in strings', () => {
  expect(quoteJson('<a>&\u2028\u2029"\\\n\ud83d')).toBe(String.raw`"\u003ca\u003e\u0026\u2028\u2029\"\\\n\ufffd"`);
});
