/** IP addresses in text form (IPv6: RFC 4291 section 2.2, with an RFC 4007 zone). */

/** Whether `text` is an IPv6 address: a port of Go's net/netip `parseIPv6`, which accepts an embedded IPv4 tail and a zone. */
export function isIPv6(text: string): boolean {
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return false;
  const address = percent < 0 ? text : text.slice(0, percent);
  // The longest one has an embedded IPv4 address.
  if (address.length > 45) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)?.at(-1);
  let fields = groups.flat().length;
  if (last?.includes('.')) {
    if (!isIPv4(last)) return false;
    groups.at(-1)?.pop();
    fields += 1;
  }
  if (!groups.flat().every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  // "::" stands for at least one group of zeros.
  return halves.length === 2 ? fields <= 7 : fields === 8;
}

/** Four decimal fields up to 255 without leading zeros. */
function isIPv4(text: string): boolean {
  const fields = text.split('.');
  return fields.length === 4 && fields.every((field) => /^(0|[1-9][0-9]{0,2})$/.test(field) && Number(field) <= 255);
}

/** The 4 or 16 bytes of an address; undefined for any other text. An IPv4-mapped IPv6 address has 4, as in Go's `net.IP`. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (text.includes('%') || !isIPv6(text)) return undefined;
  const [head = [], tail] = text.split('::').map((half) => (half === '' ? [] : half.split(':').flatMap(groupBytes)));
  const bytes = new Uint8Array(16);
  bytes.set(head);
  if (tail !== undefined) bytes.set(tail, 16 - tail.length);
  const mapped = bytes.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
  return mapped ? bytes.subarray(12) : bytes;
}

function groupBytes(group: string): number[] {
  if (group.includes('.')) return group.split('.').map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
