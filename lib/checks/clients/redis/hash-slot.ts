/** The number of hash slots of a cluster. */
const SLOTS = 16_384

const POLYNOMIAL = 0x1021

/**
 * Returns the hash slot of a key: if the key contains a tag in braces, only the tag counts.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function hashSlotOf (key: string): number {
  const start = key.indexOf('{')
  const end = start === -1 ? -1 : key.indexOf('}', start)
  // Without a closing brace, or with nothing between the braces, the whole key counts.
  return crc16(Buffer.from(end > start + 1 ? key.slice(start + 1, end) : key)) % SLOTS
}

/** CRC-16/XMODEM. */
function crc16 (bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => {
    let next = crc ^ (byte << 8)
    for (let bit = 0; bit < 8; bit++) next = (next << 1) ^ ((next & 0x8000) === 0 ? 0 : POLYNOMIAL)
    return next & 0xFFFF
  }, 0)
}
