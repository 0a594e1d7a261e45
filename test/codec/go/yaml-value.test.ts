/** The values of documents in go.yaml.in/yaml/v2 (decode.go), and of JSON keys in sigs.k8s.io/yaml. */
import { describe, expect, test } from 'vitest';
import type { YamlNode } from '../../../src/codec/go/yaml-node.ts';
import { YamlValueError, yamlValue } from '../../../src/codec/go/yaml-value.ts';
import { parseTree } from '../../../src/codec/yaml-tree.ts';

const TAG = 'tag:yaml.org,2002:';
const PLACE = { start: 0, end: 0, value: undefined, flow: true, merge: undefined, isInside: false };
const plain = (text: string): YamlNode => ({ ...PLACE, kind: 'scalar', text, tag: '', plain: true });
const quoted = (text: string): YamlNode => ({ ...PLACE, kind: 'scalar', text, tag: '', plain: false });
const tagged = (tag: string, text: string): YamlNode => ({ ...PLACE, kind: 'scalar', text, tag, plain: tag === '!' });
const list = (...items: YamlNode[]): YamlNode => ({ ...PLACE, kind: 'seq', items });
const map = (...nodes: YamlNode[]): YamlNode => {
  const pairs = nodes.flatMap((key, index) => (index % 2 === 0 ? [{ key, value: nodes[index + 1] ?? plain('') }] : []));
  return { ...PLACE, kind: 'map', pairs };
};
const alias = (target: YamlNode): YamlNode => ({ ...PLACE, kind: 'alias', target });
const one = (key: string, value = '1'): YamlNode => map(plain(key), plain(value));

const MERGE = plain('<<');
const yes = plain('yes');
const anchored = one('a');
const withAlias = list(alias(anchored));

describe('a document', () => {
  test.each<[string, YamlNode, unknown]>([
    ['yes', yes, true],
    ['"yes"', quoted('yes'), 'yes'],
    ['! yes', tagged('!', 'yes'), 'yes'],
    ['!!bool "yes"', tagged(`${TAG}bool`, 'yes'), true],
    ['9007199254740993, as JSON.parse reads it', plain('9007199254740993'), 9007199254740992],
    ['[]', list(), []],
    ['[1, [~]]', list(plain('1'), list(plain('~'))), [1, [null]]],
    ['{}', map(), {}],
    ['{a}, whose value is left out', map(plain('a')), { a: null }],
    ['{a: 1, b: {c: 2}}', map(plain('a'), plain('1'), plain('b'), one('c', '2')), { a: 1, b: { c: 2 } }],
    ['{a: 1, a: 2}, of which the last counts', map(plain('a'), plain('1'), plain('a'), plain('2')), { a: 2 }],
    ['[&x {a: 1}, *x, *x]', list(anchored, alias(anchored), alias(anchored)), [{ a: 1 }, { a: 1 }, { a: 1 }]],
    ['[*y, *y] with y: [*x]', list(alias(withAlias), alias(withAlias)), [[{ a: 1 }], [{ a: 1 }]]],
    ['{__proto__: 1}', one('__proto__'), JSON.parse('{"__proto__": 1}')],
  ])('%s', (_, node, value) => {
    expect(yamlValue(node)).toEqual(value);
  });
});

describe('a key', () => {
  test.each<[string, YamlNode, string]>([
    ['a', plain('a'), 'a'],
    ['yes', yes, 'true'],
    ['"yes"', quoted('yes'), 'yes'],
    ['of an alias for yes', alias(yes), 'true'],
    ['0x10', plain('0x10'), '16'],
    ['of an alias for 0x10', alias(plain('0x10')), '16'],
    ['9007199254740993, with all its digits', plain('9007199254740993'), '9007199254740993'],
    ['!!str 0x10', tagged(`${TAG}str`, '0x10'), '0x10'],
  ])('%s', (_, key, text) => {
    expect(yamlValue(map(key, plain('1')))).toEqual({ [text]: 1 });
  });

  test.each<[string, YamlNode]>([
    ['null', plain('~')],
    ['a list', list(plain('1'))],
    ['a map', map()],
    ['an alias for a list', alias(list())],
    ['a fraction', plain('1.5')],
  ])('that is %s is refused', (_, key) => {
    expect(() => yamlValue(map(key, plain('1')))).toThrow('a key is neither a text nor a whole number');
  });
});

describe('a merge', () => {
  const b = map(plain('a'), plain('2'), plain('b'), plain('2'));
  test.each<[string, YamlNode, object]>([
    ['<<: {a: 1}, a: 3', map(MERGE, anchored, plain('a'), plain('3')), { a: 3 }],
    ['a: 3, <<: {a: 1}', map(plain('a'), plain('3'), MERGE, anchored), { a: 1 }],
    ['<<: [{a: 1}, {a: 2, b: 2}]', map(MERGE, list(anchored, b)), { a: 1, b: 2 }],
    ['<<: [*x, {a: 2, b: 2}]', map(MERGE, list(alias(anchored), b)), { a: 1, b: 2 }],
    ['<<: *x', map(MERGE, alias(anchored)), { a: 1 }],
    ['<<: {<<: *x}', map(MERGE, map(MERGE, alias(anchored))), { a: 1 }],
    ['!!merge <<: {a: 1}', map(tagged(`${TAG}merge`, '<<'), anchored), { a: 1 }],
    ['! <<: {a: 1}', map(tagged('!', '<<'), anchored), { a: 1 }],
    ['"<<": {a: 1}', map(quoted('<<'), anchored), { '<<': { a: 1 } }],
    ['!!str <<: {a: 1}', map(tagged(`${TAG}str`, '<<'), anchored), { '<<': { a: 1 } }],
    ['<: {a: 1}', map(plain('<'), anchored), { '<': { a: 1 } }],
  ])('%s', (_, node, value) => {
    expect(yamlValue(node)).toEqual(value);
  });

  test.each<[string, YamlNode]>([
    ['a scalar', plain('1')],
    ['nothing', plain('')],
    ['a list of scalars', list(plain('1'))],
    ['a list of lists', list(list(anchored))],
    ['an alias for a scalar', alias(yes)],
    ['an alias for a list of maps', alias(list(anchored))],
  ])('of %s is refused', (_, node) => {
    expect(() => yamlValue(map(MERGE, node))).toThrow('map merge requires map or sequence of maps as the value');
  });
});

test.each(['.inf', '-.inf', '.nan'])('%s is no JSON', (text) => {
  expect(() => yamlValue(plain(text))).toThrow(new YamlValueError('a number is not finite'));
});

describe('aliases', () => {
  test.each<[string, string]>([
    ['in a list', '&a [*a]'],
    ['in a map', '&a {a: *a}'],
    ['in a merge', '&a {<<: *a}'],
    ['in a merge of several', '&a {<<: [*a]}'],
  ])('of an anchor within itself %s are refused', (_, text) => {
    const [itself = plain('')] = parseTree(text).documents;
    expect(() => yamlValue(itself)).toThrow('an anchor contains itself');
  });

  test('of a name that a later node took mean that node', () => {
    const [root = plain('')] = parseTree('&a [&a x, *a]').documents;
    expect(yamlValue(root)).toEqual(['x', 'x']);
  });

  /** A chain of `length` aliases, each of the next. */
  const chain = (length: number): YamlNode => (length === 0 ? plain('x') : alias(chain(length - 1)));

  test('are followed 500 deep', () => {
    expect(yamlValue(chain(500))).toBe('x');
    expect(() => yamlValue(chain(501))).toThrow('aliases lead to aliases too many times');
  });

  const nulls = (length: number): YamlNode[] => Array<YamlNode>(length).fill(plain(''));
  /** A document with `plainNodes` nodes, itself included, followed by an alias of a list with `items`. */
  const document = (plainNodes: number, items: readonly YamlNode[]): YamlNode => ({
    ...PLACE,
    kind: 'seq',
    items: nulls(plainNodes - 3).concat(alias({ ...PLACE, kind: 'seq', items })),
  });
  const TOO_MANY = 'document contains excessive aliasing';

  /** The limits come from `unmarshal` and `allowedAliasRatio` in decode.go. */
  test.each<[aliased: number, count: number, isAllowed: boolean]>([
    [997, 1000, true],
    [990, 1001, true],
    [991, 1001, false],
    [396_000, 400_000, true],
    [396_001, 400_000, false],
    [997_749, 1_300_000, true],
    [997_751, 1_300_000, false],
    [410_000, 4_100_000, true],
  ])('%d of %d nodes: %o', (aliased, count, isAllowed) => {
    const decode = (): unknown => yamlValue(document(count - aliased, nulls(aliased - 1)));
    if (isAllowed) expect(decode).not.toThrow();
    else expect(decode).toThrow(TOO_MANY);
  });

  test.each<[string, YamlNode, number]>([
    ['a map, as two', map(MERGE, map()), 2],
    ['two maps, as three', map(MERGE, list(map(), map())), 3],
    ['an alias, as three', map(MERGE, alias(map())), 3],
  ])('count a merge of %s', (_, node, nodes) => {
    const decode = (aliased: number): unknown => {
      const merges = Array<YamlNode>(329).fill(node);
      return yamlValue(document(1001 - aliased, [...merges, ...nulls(aliased - 1 - 329 * nodes)]));
    };
    expect(() => decode(991)).toThrow(TOO_MANY);
    expect(() => decode(990)).not.toThrow();
  });
});
