/** IP addresses as Go's net/netip reads them. */
import { isIPv6 as nodesIPv6 } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressBytes, isIPv6 } from '../../../src/codec/go/ip-address.ts';
import { fc } from '../../support/fast-check.ts';

describe('IPv6', () => {
  test.each([
    ['::', true],
    ['::1', true],
    ['1::', true],
    ['1:2:3:4:5:6:7:8', true],
    ['1:2:3:4:5:6:7', false],
    ['1:2:3:4:5:6:7:8:9', false],
    ['1:2:3:4:5:6:7::', true],
    ['1::2:3:4:5:6:7', true],
    ['1:2:3:4::5:6:7:8', false],
    ['1::2::3', false],
    ['1:2:3::4:5:6::7:8', false],
    ['ABCD:ef01::', true],
    ['12345::', false],
    ['g::', false],
    ['::1.2.3.4', true],
    ['1:2:3:4:5:6:1.2.3.4', true],
    ['1:2:3:4:5:6:7:1.2.3.4', false],
    ['::1.2.3.256', false],
    ['1.2.3.4::', false],
    ['1.2.3.4', false],
    ['fe80::1%eth0', true],
    ['fe80::1%', false],
    ['%eth0', false],
    ['', false],
    [':', false],
    [':1:2:3:4:5:6:7', false],
  ])('%s: %s', (text, expected) => {
    expect(isIPv6(text)).toBe(expected);
  });

  test('is what Node takes for one', () => {
    const group = fc.constantFrom('', '0', '1', 'ffff', '12345', 'g', '1.2.3.4', '1.2.3');
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 10 }), (groups) => {
        const text = groups.join(':');
        expect(isIPv6(text), text).toBe(nodesIPv6(text));
      }),
    );
  });
});

test.each([
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['256.0.0.0', false],
  ['1.2.3', false],
  ['1.2.3.4.5', false],
  ['01.2.3.4', false],
  ['1.2.3.', false],
  ['1.2.3.a', false],
])('IPv4 %s: %s', (text, expected) => {
  expect(addressBytes(text)?.length === 4).toBe(expected);
});

const zeros = (count: number): number[] => Array<number>(count).fill(0);

test.each<[string, number[] | undefined]>([
  ['10.0.255.1', [10, 0, 255, 1]],
  ['::', zeros(16)],
  ['::1', [...zeros(15), 1]],
  ['1::', [0, 1, ...zeros(14)]],
  ['102:304:506:708:90a:b0c:d0e:f10', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
  ['fe80::a:bcd', [0xfe, 0x80, ...zeros(11), 10, 0x0b, 0xcd]],
  ['2001:db8::1.2.3.4', [0x20, 0x01, 0x0d, 0xb8, ...zeros(8), 1, 2, 3, 4]],
  ['::ffff:1.2.3.4', [1, 2, 3, 4]],
  ['::ffff:102:304', [1, 2, 3, 4]],
  ['::1:ffff:1.2.3.4', [...zeros(9), 1, 0xff, 0xff, 1, 2, 3, 4]],
  ['::feff:1.2.3.4', [...zeros(10), 0xfe, 0xff, 1, 2, 3, 4]],
  ['::fffe:1.2.3.4', [...zeros(10), 0xff, 0xfe, 1, 2, 3, 4]],
  ['fe80::1%eth0', undefined],
  ['1.2.3', undefined],
  ['localhost', undefined],
  ['', undefined],
])('the bytes of %s', (text, bytes) => {
  expect(addressBytes(text)).toEqual(bytes && Uint8Array.from(bytes));
});
