/** The few ASN.1 types of an X.509 certificate, in DER (ITU-T X.690). */

export const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, ...parts);
export const set = (...parts: Buffer[]): Buffer => tagged(0x31, ...parts);
export const octetString = (content: Buffer): Buffer => tagged(0x04, content);
export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
export const nothing: Buffer = tagged(0x05);
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]));

/** A context-specific tag, `[number]`. Its content is constructed (other values) or primitive (bare bytes). */
export function context(number: number, content: Buffer, kind: 'constructed' | 'primitive'): Buffer {
  return tagged((kind === 'constructed' ? 0xa0 : 0x80) | number, content);
}

/** A positive integer, from its bytes, most significant first. */
export function integer(bytes: Buffer): Buffer {
  const negative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return tagged(0x02, ...(negative ? [Buffer.from([0])] : []), bytes);
}

/** A bit string of whole bytes, or of the `used` leading bits of them. */
export function bitString(bytes: Buffer, used = bytes.length * 8): Buffer {
  return tagged(0x03, Buffer.from([bytes.length * 8 - used]), bytes);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime, which RFC 5280 requires up to the year 2049. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2)));
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
}

function length(count: number): number[] {
  if (count < 0x80) return [count];
  return count < 0x100 ? [0x81, count] : [0x82, count >> 8, count & 0xff];
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [...base128(value >> 7).map((byte) => byte | 0x80), low];
}
