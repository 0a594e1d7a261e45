/** What a scalar of YAML means to kubectl: YAML 1.1 as go.yaml.in/yaml/v2 reads it (resolve.go). */
import { decodeBase64 } from './base64.ts';

/** The text is not a value of its tag. The message quotes nothing of it, because it may be a token. */
export class YamlValueError extends Error {}

/** A bigint where a number would lose digits. */
export type ScalarValue = string | boolean | number | bigint | null;

const PREFIX = 'tag:yaml.org,2002:';

const TRUE = ['y', 'yes', 'true', 'on'].flatMap(spellings);
const FALSE = ['n', 'no', 'false', 'off'].flatMap(spellings);
const NULL = ['', '~', ...spellings('null')];
const ODD_FLOATS: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['', '+'].flatMap((sign) => ['.inf', '.Inf', '.INF'].map((word) => [sign + word, Infinity] as const)),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...TRUE.map((word) => [word, true] as const),
  ...FALSE.map((word) => [word, false] as const),
  ...NULL.map((word) => [word, null] as const),
]);

function spellings(word: string): string[] {
  return [...new Set([word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()])];
}

/**
 * The value of `text` under `tag`, which is empty for a plain scalar without a tag (`resolve`). Throws YamlValueError when the
 * text is not what the tag asks for.
 */
export function resolveScalar(text: string, tag: string): ScalarValue {
  if (tag === `${PREFIX}binary`) return decodeBinary(text);
  const [kind, value] = resolvePlain(text);
  if (tag === '' || tag === PREFIX + kind) return value;
  if (tag === `${PREFIX}float` && kind === 'int') return Number(value);
  const resolvable = ['bool', 'int', 'float', 'null', 'timestamp'].map((name) => PREFIX + name);
  // With `!!str`, the value is a text. So it is with the tag of an application, which means nothing to kubectl.
  if (!resolvable.includes(tag)) return text;
  if (tag === `${PREFIX}timestamp` && /^\d{4}-\d{1,2}-\d{1,2}/.test(text)) return text;
  throw new YamlValueError(`a scalar is not what its tag !!${tag.slice(PREFIX.length)} says`);
}

function decodeBinary(text: string): string {
  try {
    return new TextDecoder().decode(decodeBase64(text));
  } catch {
    throw new YamlValueError('a !!binary value is no base64');
  }
}

type Kind = 'str' | 'bool' | 'int' | 'float' | 'null';

function resolvePlain(text: string): readonly [Kind, ScalarValue] {
  const word = WORDS.get(text);
  if (word !== undefined) return [word === null ? 'null' : 'bool', word];
  const odd = ODD_FLOATS.get(text);
  if (odd !== undefined) return ['float', odd];
  if (text.startsWith('.')) return float(text, text);
  if (!/^[-+0-9]/.test(text)) return ['str', text];
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  return integer === undefined ? float(text, plain) : ['int', integer];
}

/** strconv `ParseInt` and `ParseUint` with base 0: a whole number that fits into 64 bits. */
function parseInteger(text: string): number | bigint | undefined {
  const [, sign, digits = ''] = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9][0-9]*)$/.exec(text) ?? [];
  // `0o` without a digit is no number.
  if (digits === '' || /^0[oO]$/.test(digits)) return undefined;
  const magnitude = BigInt(digits.replace(/^0(?=[0-7])/, '0o'));
  const limit = sign === '-' ? 2n ** 63n : sign === '+' ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  if (magnitude > limit) return undefined;
  const value = sign === '-' ? -magnitude : magnitude;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function float(text: string, plain: string): readonly [Kind, ScalarValue] {
  const value = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? ['float', value] : ['str', text];
}
