/** IP addresses as Go's net/netip reads them. */
import { isIPv6 as nodesIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIPv4, isIPv6 } from '../../../src/domain/go/ip-address.ts';

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
  expect(isIPv4(text)).toBe(expected);
});
