/** The value of a YAML document as kubectl sees it: go.yaml.in/yaml/v2 (decode.go) and then JSON (sigs.k8s.io/yaml). */
import { type AliasNode, type MapNode, resolved, type ScalarNode, type YamlNode } from './yaml-node.ts';
import { resolveScalar, YamlValueError } from './yaml-scalar.ts';

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

function scalarValue({ text, tag, plain }: ScalarNode): unknown {
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
  const target = resolved(node);
  const value = decode(node, decoder);
  if (typeof value === 'string' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'number' || !Number.isInteger(value) || target?.kind !== 'scalar') {
    throw new YamlValueError('a key is neither a text nor a whole number');
  }
  return `${resolveScalar(target.text, target.tag)}`;
}
