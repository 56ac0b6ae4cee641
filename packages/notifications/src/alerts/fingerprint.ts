const separator = 0xff;
const encoder = new TextEncoder();

/**
 * The fingerprint of a label set as Prometheus and Alertmanager compute it: FNV-1a of 64 bits over the names and
 * values, sorted by name, each followed by the byte 0xFF. 16 hexadecimal digits.
 */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .map(([name, value]) => [encoder.encode(name), encoder.encode(value)] as const)
    .sort(([one], [other]) => Buffer.compare(one, other));

  // The state is kept as two halves of 32 bits: a multiplication by the prime 2^40 + 0x1b3 then fits a double.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const add = (byte: number): void => {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    high = (Math.imul(high, 0x1b3) + carry + (mixed << 8)) >>> 0;
    low = product >>> 0;
  };
  for (const [name, value] of pairs) {
    name.forEach(add);
    add(separator);
    value.forEach(add);
    add(separator);
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
