/** The value of a YAML document as kubectl sees it: go.yaml.in/yaml/v2 (decode.go) and then JSON (sigs.k8s.io/yaml). */
import { resolveScalar, YamlValueError } from './yaml-scalar.ts';

export type YamlNode =
  /** `plain` is libyaml's `plain_implicit`: without quotes, and without a tag other than `!`. `tag` is the full tag, or empty. */
  | { readonly kind: 'scalar'; readonly text: string; readonly tag: string; readonly plain: boolean }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[] }
  /** A key, its value, the next key. */
  | { readonly kind: 'map'; readonly keysAndValues: readonly YamlNode[] }
  | { readonly kind: 'alias'; readonly target: YamlNode };

/** How deep aliases may lead to aliases. Go has no limit, but the stack here has one. */
const MAX_ALIASES = 500;

interface Decoder {
  /** Aliases that are being followed. */
  readonly open: Set<YamlNode>;
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
  return decode(node, { open: new Set(), count: 1, aliased: 0 });
}

/** `decoder.unmarshal` */
function decode(node: YamlNode, decoder: Decoder): unknown {
  charge(decoder);
  switch (node.kind) {
    case 'alias':
      return follow(node, decoder, (target) => decode(target, decoder));
    case 'scalar':
      return scalarValue(node);
    case 'list':
      return node.items.map((item) => decode(item, decoder));
    case 'map':
      return Object.fromEntries(addPairs(node, new Map(), decoder));
  }
}

function charge(decoder: Decoder): void {
  decoder.count += 1;
  if (decoder.open.size > 0) decoder.aliased += 1;
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

function follow<T>(alias: YamlNode & { kind: 'alias' }, { open }: Decoder, visit: (target: YamlNode) => T): T {
  if (open.has(alias)) throw new YamlValueError('an anchor contains itself');
  if (open.size >= MAX_ALIASES) throw new YamlValueError('aliases lead to aliases too many times');
  open.add(alias);
  try {
    return visit(alias.target);
  } finally {
    open.delete(alias);
  }
}

function scalarValue({ text, tag, plain }: YamlNode & { kind: 'scalar' }): unknown {
  if (tag === '' && !plain) return text;
  const value = resolveScalar(text, tag);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlValueError('a number is not finite');
  return typeof value === 'bigint' ? Number(value) : value;
}

const NULL: YamlNode = { kind: 'scalar', text: '', tag: '', plain: true };

/** `decoder.mapping` */
function addPairs(
  { keysAndValues }: YamlNode & { kind: 'map' },
  members: Map<string, unknown>,
  decoder: Decoder,
): Map<string, unknown> {
  for (let index = 0; index < keysAndValues.length; index += 2) {
    const key = keysAndValues[index] ?? NULL;
    const value = keysAndValues[index + 1] ?? NULL;
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
  const sources = node.kind === 'list' ? node.items.toReversed() : [node];
  for (const source of sources) {
    charge(decoder);
    if (source.kind === 'map') addPairs(source, members, decoder);
    else if (source.kind === 'alias') follow(source, decoder, (target) => mergeTarget(target, members, decoder));
    else throw wantMap();
  }
}

function mergeTarget(target: YamlNode, members: Map<string, unknown>, decoder: Decoder): void {
  if (target.kind !== 'map') throw wantMap();
  charge(decoder);
  addPairs(target, members, decoder);
}

function wantMap(): YamlValueError {
  return new YamlValueError('map merge requires map or sequence of maps as the value');
}

/**
 * sigs.k8s.io/yaml `convertToJSONableObject`. A fraction as a key is refused here, because Go formats its digits in its own way.
 */
function keyText(node: YamlNode, decoder: Decoder): string {
  const target = node.kind === 'alias' ? node.target : node;
  const value = decode(node, decoder);
  if (typeof value === 'string' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'number' || !Number.isInteger(value) || target.kind !== 'scalar') {
    throw new YamlValueError('a key is neither a text nor a whole number');
  }
  return `${resolveScalar(target.text, target.tag)}`;
}
