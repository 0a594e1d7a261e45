/** How near hosts are, in every notation that a URL can have. */
import { describe, expect, test } from 'vitest';
import { isNearer, type Nearness, nearness } from '../../src/verify/nearness.ts';
import { fc } from '../support/fast-check.ts';

const hostOf = (host: string): string => new URL(`https://${host}/`).hostname;

const rows: readonly (readonly [nearness: Nearness, hosts: readonly string[]])[] = [
  [
    'off limits',
    [
      '169.254.169.254',
      '169.254.0.1',
      '2852039166',
      '0xa9.254.169.254',
      '[fe80::1]',
      '[febf::1]',
      '168.63.129.16',
      '[fd00:ec2::254]',
      '[fd20:ce::254]',
      '192.0.0.192',
      '100.100.100.200',
      '[::ffff:169.254.169.254]',
      '[::ffff:168.63.129.16]',
      '[::169.254.169.254]',
      '[64:ff9b::a9fe:a9fe]',
      '[64:ff9b:1::a9fe:a9fe]',
      '[2002:a9fe:a9fe::1]',
      'metadata.google.internal',
      'METADATA.google.internal.',
    ],
  ],
  [
    'loopback',
    [
      'localhost',
      'localhost.',
      'a.localhost',
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0177.0.0.1',
      '0',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
    ],
  ],
  [
    'private',
    [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      '100.127.255.255',
      '192.0.0.1',
      '192.0.2.1',
      '192.88.99.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
      '[fd00::1]',
      '[fc00::1]',
      '[fec0::1]',
      '[ff02::1]',
      '[100::1]',
      '[2001::1]',
      '[2001:2::1]',
      '[2001:db8::1]',
      '[3fff::1]',
      '[4000::1]',
      '[5f00::1]',
      '[::ffff:10.0.0.1]',
      '[::ffff:c0a8:101]',
      '[::192.168.1.1]',
      '[64:ff9b::a00:1]',
      '[64:ff9b::192.168.1.1]',
      '[64:ff9b:1::8.8.8.8]',
      '[64:ff9b:2::8.8.8.8]',
      '[2002:a00:1::1]',
    ],
  ],
  [
    'public',
    [
      'ghcr.io',
      'localhost.example.com',
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '168.63.129.17',
      '11.0.0.1',
      '172.15.255.255',
      '192.0.1.1',
      '192.167.255.255',
      '198.17.255.255',
      '198.20.0.1',
      '223.255.255.255',
      '[2001:200::1]',
      '[2606:4700::1111]',
      '[2a00:1450:4001::1]',
      '[::ffff:8.8.8.8]',
      '[64:ff9b::8.8.8.8]',
      '[2002:808:808::1]',
    ],
  ],
];

describe.each(rows)('%s', (expected, hosts) => {
  test.each(hosts)('%s', (host) => {
    expect(nearness(hostOf(host))).toBe(expected);
  });
});

test('an address with a zone, which URLs cannot have and names can stand for', () => {
  expect(nearness('fe80::1%eth0')).toBe('off limits');
});

test('an IPv4 address is as near in its IPv6 form', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(nearness(`::ffff:${address}`)).toBe(nearness(address));
      expect(nearness(hostOf(`[::ffff:${address}]`))).toBe(nearness(address));
    }),
  );
});

test('nothing is nearer than itself', () => {
  for (const [one] of rows) expect(isNearer(one, one)).toBe(false);
  expect(isNearer('loopback', 'private')).toBe(true);
  expect(isNearer('public', 'private')).toBe(false);
});
