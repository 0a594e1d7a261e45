/** The replacement for the package ip-address in the bundles gives the same answers to everything that the SOCKS library asks. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { Address4, Address6 } from '../../build/ip-address.ts';
import { fc } from '../support/fast-check.ts';

/** Resolves packages from the SOCKS library, which has its own ip-address. */
const fromSocks = createRequire(createRequire(import.meta.url).resolve('socks-proxy-agent'));
const library = createRequire(fromSocks.resolve('socks'))('ip-address') as {
  Address4: typeof Address4;
  Address6: typeof Address6;
};

test('the bytes of an IPv4 address', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(new Address4(text).toArray()).toEqual(new library.Address4(text).toArray());
    }),
  );
});

test('the groups of an IPv6 address, in every form', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      expect(new Address6(text).canonicalForm()).toBe(new library.Address6(text).canonicalForm());
    }),
  );
});

test.each(['::', '::1', '1::', 'fe80::1%eth0', '::ffff:192.0.2.1', '2001:DB8::a:0:0:1'])('the groups of %s', (text) => {
  expect(new Address6(text).canonicalForm()).toBe(new library.Address6(text).canonicalForm());
});

test('an IPv6 address of sixteen bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const address = [...bytes];
      expect(Address6.fromByteArray(address).canonicalForm()).toBe(
        library.Address6.fromByteArray(address).canonicalForm(),
      );
    }),
  );
});
