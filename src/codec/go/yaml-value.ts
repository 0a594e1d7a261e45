/** The value of a YAML document as kubectl sees it: go.yaml.in/yaml/v2 (decode.go) and then JSON (sigs.k8s.io/yaml). */
import { decodeBase64 } from './base64.ts';
import { type AliasNode, type MapNode, resolved, type ScalarNode, type YamlNode } from './yaml-node.ts';

/** How deep aliases may lead to aliases. Go has no limit, but the stack here has one. */
const MAX_ALIASES = 500;

interface Decoder {
  /** How many aliases are being followed. */
  open: number;
  count: number;
  aliased: number;
}

/**
 * `node` as JSON.parse would give it. Unlike YAML 1.2: `yes` and `off` are booleans, a key may stand twice (the last one
 * counts), and `<<` merges at its place, so that it overrides the keys above it. Throws YamlValueError for what Go
 * refuses: a key that is no scalar, an alias within itself, and aliases that stand for far more than the text.
 */
export function yamlValue(node: YamlNode): unknown {
  // The document counts as a node.
  return decode(node, { open: 0, count: 1, aliased: 0 });
}

/** `decoder.unmarshal` */
function decode(node: YamlNode, decoder: Decoder): unknown {
  charge(decoder);
  switch (node.kind) {
    case 'alias':
      return follow(node, decoder, (target) => decode(target, decoder));
    case 'scalar':
      return scalarValue(node);
    case 'seq':
      return node.items.map((item) => decode(item, decoder));
    case 'map':
      return Object.fromEntries(addPairs(node, new Map(), decoder));
  }
}

function charge(decoder: Decoder): void {
  decoder.count += 1;
  if (decoder.open > 0) decoder.aliased += 1;
  const { count, aliased } = decoder;
  // Go also requires more than 100 aliased nodes. More than a tenth of 1000 nodes are always more than 100.
  if (count > 1000 && aliased / count > allowedRatio(count)) {
    throw new YamlValueError('document contains excessive aliasing');
  }
}

/** `allowedAliasRatio` */
function allowedRatio(count: number): number {
  return Math.max(0.1, Math.min(0.99, 0.99 - (0.89 * (count - 400_000)) / 3_600_000));
}

function follow<T>({ target, isInside }: AliasNode, decoder: Decoder, visit: (target: YamlNode) => T): T {
  if (isInside) throw new YamlValueError('an anchor contains itself');
  if (target === undefined) throw new YamlValueError('an alias has no anchor');
  if (decoder.open >= MAX_ALIASES) throw new YamlValueError('aliases lead to aliases too many times');
  decoder.open += 1;
  const value = visit(target);
  decoder.open -= 1;
  return value;
}

export function scalarValue({ text, tag, plain }: ScalarNode): unknown {
  if (tag === '' && !plain) return text;
  const value = resolveScalar(text, tag);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlValueError('a number is not finite');
  return typeof value === 'bigint' ? Number(value) : value;
}

/** `decoder.mapping` */
function addPairs({ pairs }: MapNode, members: Map<string, unknown>, decoder: Decoder): Map<string, unknown> {
  for (const { key, value } of pairs) {
    if (isMerge(key)) merge(value, members, decoder);
    else members.set(keyText(key, decoder), decode(value, decoder));
  }
  return members;
}

/** `isMerge` */
function isMerge(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.text === '<<' && (key.plain || key.tag === 'tag:yaml.org,2002:merge');
}

/** `decoder.merge`: of several maps the first counts, so it is added last. */
function merge(node: YamlNode, members: Map<string, unknown>, decoder: Decoder): void {
  const sources = node.kind === 'seq' ? node.items.toReversed() : [node];
  for (const source of sources) {
    if (source.kind !== 'alias') mergeMap(source, members, decoder);
    else {
      charge(decoder);
      follow(source, decoder, (target) => mergeMap(target, members, decoder));
    }
  }
}

function mergeMap(node: YamlNode, members: Map<string, unknown>, decoder: Decoder): void {
  charge(decoder);
  if (node.kind !== 'map') throw new YamlValueError('map merge requires map or sequence of maps as the value');
  addPairs(node, members, decoder);
}

/**
 * sigs.k8s.io/yaml `convertToJSONableObject`. A fraction as a key is refused here, because Go formats its digits in its own way.
 */
function keyText(node: YamlNode, decoder: Decoder): string {
  const target = resolved(node);
  const value = decode(node, decoder);
  if (typeof value === 'string' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'number' || !Number.isInteger(value) || target?.kind !== 'scalar') {
    throw new YamlValueError('a key is neither a text nor a whole number');
  }
  return `${resolveScalar(target.text, target.tag)}`;
}

/** The text is not a value of its tag. The message quotes nothing of it, because it may be a token. */
export class YamlValueError extends Error {}

/** A bigint where a number would lose digits. */
export type ScalarValue = string | boolean | number | bigint | null;

const PREFIX = 'tag:yaml.org,2002:';

const TRUE = ['y', 'yes', 'true', 'on'].flatMap(spellings);
const FALSE = ['n', 'no', 'false', 'off'].flatMap(spellings);
const NULL_WORDS = ['', '~', ...spellings('null')];
const ODD_FLOATS: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['', '+'].flatMap((sign) => ['.inf', '.Inf', '.INF'].map((word) => [sign + word, Infinity] as const)),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...TRUE.map((word) => [word, true] as const),
  ...FALSE.map((word) => [word, false] as const),
  ...NULL_WORDS.map((word) => [word, null] as const),
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
  throw new YamlValueError(`a scalar does not match its tag !!${tag.slice(PREFIX.length)}`);
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
