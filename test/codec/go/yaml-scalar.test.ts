/** The values of scalars in go.yaml.in/yaml/v2 (resolve.go). */
import { describe, expect, test } from 'vitest';
import { resolveScalar, type ScalarValue, YamlValueError } from '../../../src/codec/go/yaml-value.ts';

describe('a plain scalar', () => {
  test.each<[string, ScalarValue]>([
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text): [string, ScalarValue] => [
      text,
      true,
    ]),
    ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off'].map((text): [string, ScalarValue] => [
      text,
      false,
    ]),
    ...['', '~', 'null', 'Null', 'NULL'].map((text): [string, ScalarValue] => [text, null]),
    ...['yES', 'tRUE', 'nULL', 'NuLL', 'text', 'null ', ' 1'].map((text): [string, ScalarValue] => [text, text]),
    ...['.nan', '.NaN', '.NAN'].map((text): [string, ScalarValue] => [text, Number.NaN]),
    ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text): [string, ScalarValue] => [text, Infinity]),
    ...['-.inf', '-.Inf', '-.INF'].map((text): [string, ScalarValue] => [text, -Infinity]),
    ...['.nAN', '+.nan', '-.nan', '.iNF', '.', '+', '-', '--1', '+-1'].map((text): [string, ScalarValue] => [
      text,
      text,
    ]),
    ['0', 0],
    ['7', 7],
    ['-7', -7],
    ['+7', 7],
    ['1_000', 1000],
    ['_1', '_1'],
    ['0x1f', 31],
    ['0XaF', 175],
    ['-0x10', -16],
    ['0x', '0x'],
    ['0xg', '0xg'],
    ['010', 8],
    ['0o10', 8],
    ['0O10', 8],
    ['0o', '0o'],
    ['0O', '0O'],
    ['0o8', '0o8'],
    ['08', 8],
    ['0b101', 5],
    ['0B11', 3],
    ['-0b1', -1],
    ['0b', '0b'],
    ['0b2', '0b2'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', 2 ** 64],
    ['-9223372036854775808', -9223372036854775808n],
    ['-9223372036854775809', -(2 ** 63)],
    ['+9223372036854775807', 9223372036854775807n],
    ['+9223372036854775808', 2 ** 63],
    ['0xffffffffffffffff', 18446744073709551615n],
    ['0x10000000000000000', '0x10000000000000000'],
    ['1.5', 1.5],
    ['-1.5', -1.5],
    ['+1.5', 1.5],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['1_0.5', 10.5],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1.5e-1', 0.15],
    ['12e30', 12e30],
    ['1e', '1e'],
    ['1.2.3', '1.2.3'],
    ['1e999', '1e999'],
    ['2026-11-25', '2026-11-25'],
    ['12:30', '12:30'],
    ['10.0.0.1', '10.0.0.1'],
  ])('%o is %o', (text, value) => {
    expect(resolveScalar(text, '')).toBe(value);
  });
});

const NOT = (tag: string): string => `a scalar does not match its tag ${tag}`;

describe('a scalar with a tag', () => {
  test.each<[string, string, ScalarValue | YamlValueError]>([
    ['!!str', 'yes', 'yes'],
    ['!!str', '7', '7'],
    ['!!bool', 'yes', true],
    ['!!bool', 'maybe', new YamlValueError(NOT('!!bool'))],
    ['!!bool', '1', new YamlValueError(NOT('!!bool'))],
    ['!!null', '', null],
    ['!!null', 'x', new YamlValueError(NOT('!!null'))],
    ['!!int', '7', 7],
    ['!!int', '7.5', new YamlValueError(NOT('!!int'))],
    ['!!int', 'x', new YamlValueError(NOT('!!int'))],
    ['!!float', '7.5', 7.5],
    ['!!float', '7', 7],
    ['!!float', '9007199254740993', 9007199254740992],
    ['!!float', '.5', 0.5],
    ['!!float', '.inf', Infinity],
    ['!!float', 'x', new YamlValueError(NOT('!!float'))],
    ['!!float', 'yes', new YamlValueError(NOT('!!float'))],
    ['!!timestamp', '2026-11-25', '2026-11-25'],
    ['!!timestamp', '2026-1-2T10:00:00Z', '2026-1-2T10:00:00Z'],
    ['!!timestamp', 'on 2026-11-25', new YamlValueError(NOT('!!timestamp'))],
    ['!!timestamp', 'soon', new YamlValueError(NOT('!!timestamp'))],
    ['!!int', '2026-11-25', new YamlValueError(NOT('!!int'))],
    ['!!binary', 'YWRh', 'ada'],
    ['!!binary', '7', new YamlValueError('a !!binary value is no base64')],
    ['!', '7', '7'],
    ['!mine', 'yes', 'yes'],
    ['!!seq', '7', '7'],
  ])('%s %o', (tag, text, expected) => {
    const resolve = (): ScalarValue => resolveScalar(text, tag.replace('!!', 'tag:yaml.org,2002:'));
    if (expected instanceof Error) expect(resolve).toThrow(expected);
    else expect(resolve()).toBe(expected);
  });
});
