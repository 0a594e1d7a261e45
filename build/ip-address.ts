/**
 * Replaces the package ip-address, of whose 91 KB the SOCKS library uses only this part. The library calls node:net first to
 * check an address.
 */

export class Address4 {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The four bytes. */
  toArray(): number[] {
    return this.#text.split('.').map(Number);
  }
}

export class Address6 {
  readonly #groups: readonly string[];

  constructor(text: string) {
    // The URL parser accepts every form of an IPv6 address except zones, which mean nothing to another machine.
    const { hostname } = new URL(`http://[${text.replace(/%.*/, '')}]`);
    const [head = [], tail] = hostname
      .slice(1, -1)
      .split('::')
      .map((part) => (part === '' ? [] : part.split(':')));
    const zeros = Array<string>(8 - head.length - (tail ?? []).length).fill('0');
    this.#groups = tail === undefined ? head : [...head, ...zeros, ...tail];
  }

  static fromByteArray(bytes: readonly number[]): Address6 {
    return new Address6(
      Buffer.from(bytes)
        .toString('hex')
        .replace(/.{4}(?!$)/g, '$&:'),
    );
  }

  /** All eight groups with four digits each. */
  canonicalForm(): string {
    return this.#groups.map((group) => group.padStart(4, '0')).join(':');
  }
}
