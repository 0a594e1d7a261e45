/** Parses YAML into a tree whose nodes have the offsets of their text. */
import { describe, expect, test } from 'vitest';
import type { YamlNode } from '../../src/codec/go/yaml-node.ts';
import { parseTree } from '../../src/codec/yaml-tree.ts';
import { lineNumber } from '../../src/text/text-edit.ts';

/** Shows a node: `«text»` for a scalar, followed by its value if that differs; collections with the offset of their end. */
function outline(node: YamlNode, text: string): string {
  const source = text.slice(node.start, node.end);
  const anchor = node.anchor === undefined ? '' : `&${node.anchor} `;
  switch (node.kind) {
    case 'alias':
      return `${source}→${node.target === undefined ? 'nothing' : node.target.start}`;
    case 'scalar':
      return `${anchor}«${source}»${node.value === source ? '' : JSON.stringify(node.value)}${source === '' ? `@${node.start}` : ''}`;
    case 'seq':
      return `${anchor}${node.start}[${node.items.map((item) => outline(item, text)).join(' ')}]${node.end}`;
    default:
      return `${anchor}${node.start}{${node.pairs
        .map(({ key, value }) => `${outline(key, text)}: ${outline(value, text)}`)
        .join(' ')}}${node.end}`;
  }
}

async function outlines(text: string): Promise<string> {
  const { documents, error } = await parseTree(text);
  expect(error).toBeUndefined();
  return documents.map((document) => outline(document, text)).join(' --- ');
}

describe('every part with its place', () => {
  test.each<[situation: string, text: string, outlined: string]>([
    ['a map', 'a: b\nc: 1\n', `0{«a»: «b» «c»: «1»1}9`],
    ['quotes of both kinds', `'a': "b\\n"\n"c": 'it''s'\n`, `0{«'a'»"a": «"b\\n"»"b\\n" «"c"»"c": «'it''s'»"it's"}23`],
    [
      'text over lines',
      'a: one\n  two\n\n  three # c\nb: "x\n  y"\n',
      `0{«a»: «one\n  two\n\n  three»"one two\\nthree" «b»: «"x\n  y"»"x y"}36`,
    ],
    ['a block scalar, with empty lines behind it', 'a: |\n  x\n\n\nb: 1\n', `0{«a»: «|\n  x\n»"x\\n" «b»: «1»1}15`],
    ['a block scalar that keeps them', 'a: >+\n  x\n\nb: 1\n', `0{«a»: «>+\n  x\n\n»"x\\n\\n" «b»: «1»1}15`],
    [
      'a block scalar with a comment behind its sign',
      'a: |- # c\n  x\n  # y\n',
      `0{«a»: «|- # c\n  x\n  # y\n»"x\\n# y"}20`,
    ],
    [
      'a block scalar on its own line, with an anchor',
      'a: &x\n  |\n  y\nb: 1\n',
      `0{«a»: &x «|\n  y\n»"y\\n" «b»: «1»1}18`,
    ],
    ['a block scalar with nothing', 'a: |\n\n\nb: 1\n', `0{«a»: «|\n\n»"" «b»: «1»1}11`],
    ['a block scalar that is the document', '# c\n--- |\n x\n', `«|\n x\n»"x\\n"`],
    [
      'a block scalar with Windows line ends',
      'a: |\r\n  x\r\n\r\nb: 1\r\n',
      `0{«a»: «|\r\n  x\r\n»"x\\n" «b»: «1»1}17`,
    ],
    ['nothing behind a colon', 'a:   # c\nb:\n', `0{«a»: «»null@5 «b»: «»null@11}11`],
    ['nothing behind a dash', '- \n- a\n-\n', `0[«»null@2 «a» «»null@8]8`],
    ['nothing but an anchor or a tag', '- &x\n- !!str\n- *x\n', `0[&x «»null@4 «»@12 *x→4]17`],
    [
      'lists at the column of their key',
      'a:\n- b\n-  c: d\n   e: f\ng: h\n',
      `0{«a»: 3[«b» 10{«c»: «d» «e»: «f»}22]22 «g»: «h»}27`,
    ],
    ['lists of lists', '- - a\n  - b\n- - c\n', `0[2[«a» «b»]11 14[«c»]17]17`],
    ['explicit keys', '? a\n: b\n? c\n? |\n  d\n: - e\n', `0{«a»: «b» «c»: «»null@11 «|\n  d\n»"d\\n": 22[«e»]25}25`],
    [
      'brackets over lines',
      'a: [ b,\n  c, # d\n  ]\ne: {f: g,\n  h: {} }\n',
      `0{«a»: 3[«b» «c»]20 «e»: 24{«f»: «g» «h»: 36{}38}40}40`,
    ],
    [
      'a bracket at the column of the key',
      'a:\n  b: [\n    c, # d\n  ]\ne: {\n}\n',
      `0{«a»: 5{«b»: 8[«c»]24}24 «e»: 28{}31}31`,
    ],
    ['tabs between brackets', 'a: {b:\tc,\t"d": [\t]}\n', `0{«a»: 3{«b»: «c» «"d"»"d": 15[]18}19}19`],
    ['tabs in front of what is in brackets', 'a: {\n\t"b": 1\n}\n', `0{«a»: 3{«"b"»"b": «1»1}14}14`],
    [
      'brackets at the beginning of lines of text',
      'a: [\n]\nb: |\n  {\n  }\nc: |\n  ]\n  x\nd: "x\n  ] y"\n',
      `0{«a»: 3[]6 «b»: «|\n  {\n  }\n»"{\\n}\\n" «c»: «|\n  ]\n  x\n»"]\\nx\\n" «d»: «"x\n  ] y"»"x ] y"}45`,
    ],
    [
      'keys without values in brackets',
      '{a, b: , "c":1, ? d : e, ? f}\n',
      `0{«a»: «»null@2 «b»: «»null@7 «"c"»"c": «1»1 «d»: «e» «f»: «»null@28}29`,
    ],
    [
      'pairs in a list',
      '[a: b, {c: d}: e, ? f : g, : h]\n',
      `0[1{«a»: «b»}5 7{7{«c»: «d»}13: «e»}16 20{«f»: «g»}25 27{«»null@27: «h»}30]31`,
    ],
    [
      'JSON with tabs',
      '{\n\t"a": [1, true,\n\t\tnull],\n\t"b": {}\n}\n',
      `0{«"a"»"a": 8[«1»1 «true»true «null»null]25 «"b"»"b": 33{}35}37`,
    ],
    [
      'anchors, and aliases of the one above',
      'a: &x 1\nb: &x {c: *x}\nd: *x\ne: *y\n',
      `0{«a»: &x «1»1 «b»: &x 14{«c»: *x→6}21 «d»: *x→14 «e»: *y→nothing}33`,
    ],
    [
      'an anchor of a key, and one of a map',
      'a:\n  &x b: &y\n    c: d\n*x : 1\n',
      `0{«a»: 8{&x «b»: &y 18{«c»: «d»}22}22 *x→8: «1»1}29`,
    ],
    ['an anchor in front of a map', '&x\na: b\n', `&x 3{«a»: «b»}7`],
    [
      'tags that are known',
      'a: !!str 1\nb: !!int "2"\nc: !!null ""\nd: !!map {e: !<tag:yaml.org,2002:bool> true}\n',
      `0{«a»: «1» «b»: «"2"»2 «c»: «""»null «d»: 46{«e»: «true»true}81}81`,
    ],
    [
      'tags that are not',
      'a: !Ref b\nc: !vault |\n  d\ne: !!binary aGk=\nf: !!int g\nh: !l [i]\n',
      `0{«a»: «b» «c»: «|\n  d\n»"d\\n" «e»: «aGk=» «f»: «g» «h»: 60[«i»]63}63`,
    ],
    ['a handle of a tag', '%TAG !e! tag:e,2000:\n---\na: !e!b c\n', `25{«a»: «c»}34`],
    ['keys twice', 'a: 1\na: 2\n', `0{«a»: «1»1 «a»: «2»2}9`],
    ['a byte order mark', '\uFEFFa: 1\n', `1{«a»: «1»1}5`],
    ['no line end at the end', 'a: |\n  b', `0{«a»: «|\n  b»"b\\n"}8`],
  ])('%s', async (_, text, outlined) => {
    expect(await outlines(text)).toBe(outlined);
  });
});

test.each<[situation: string, text: string, lines: readonly number[]]>([
  ['nothing', '', []],
  ['comments', '# a\n\n# b\n', []],
  ['one behind a mark', '---\na: 1\n', [2]],
  ['two', 'a: 1\n---\nb: 2\n', [1, 3]],
  ['empty ones between', '---\n---\n# c\n---\na: 1\n---\n', [5]],
  ['values on the lines of the marks', '--- {a: 1}\n--- text\n', [1, 2]],
  ['directives', '%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2\n', [3, 7]],
  ['dashes in a block that are no mark', 'a: |\n  ---\n  b\nc: 1\n', [1]],
  ['dashes that go on', 'a: 1\n---- b: 2\n', [1]],
  ['Windows line ends', 'a: 1\r\n---\r\nb: 2\r\n', [1, 3]],
  ['a byte order mark in each', '\uFEFFa: 1\n---\n\uFEFFb: 2\n', [1, 3]],
])('documents, and the lines in which they begin: %s', async (_, text, lines) => {
  const { documents } = await parseTree(text);
  expect(documents.map(({ start }) => lineNumber(text, start))).toEqual(lines);
});

test.each<[text: string, line: number, message: string]>([
  ['a: 1\n---\nb: [', 3, 'unexpected end of the stream within a flow collection'],
  ['a: 1\n---\nb: [\n', 4, 'deficient indentation'],
  ['a: "s3cret', 1, 'unexpected end of the stream within a double quoted scalar'],
  ['a: "s3cret\nb: 1\n', 2, 'deficient indentation'],
  ['s3cret: s3cret: s3cret', 1, 'bad indentation of a mapping entry'],
  ['a: !s3cret{}^ b\n', 1, 'tag suffix cannot contain flow indicator characters'],
  ['a: !s3cr^et b\n', 1, 'tag name cannot contain such characters'],
  ['a: !s3cret!b c\n', 1, 'undeclared tag handle'],
  ['a: {b: "s3cret" c}\n', 1, 'missed comma between flow collection entries'],
  ['- a\ns3cret', 2, 'end of the stream or a document separator is expected'],
  ['a: 1\n"s3cret" x', 2, "expected ':' after a mapping key"],
  ['a:\n  b: [\n c]\n', 3, 'deficient indentation'],
  ['a:\n  b: [\n  ]\nc: "s3cret" d\n', 4, 'bad indentation of a mapping entry'],
  ['a: 1\n\u0000', 2, 'null byte is not allowed in input'],
])('a mistake has its line, and nothing of the text: %j', async (text, line, message) => {
  const { documents, error } = await parseTree(text);
  expect(documents).toEqual([]);
  expect({ line: lineNumber(text, error?.offset ?? 0), message: error?.message }).toEqual({ line, message });
});

test.each<[situation: string, text: string]>([
  ['lists', '['.repeat(300_000)],
  ['maps', '{a: '.repeat(300_000)],
  ['dashes', '- '.repeat(300_000)],
  ['question marks', '? '.repeat(300_000)],
])('hundreds of thousands of levels of %s are an error', async (_, text) => {
  expect((await parseTree(text)).error?.message).toBe('nesting exceeded maxDepth (1000)');
});
