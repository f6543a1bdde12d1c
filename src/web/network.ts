// PURE. Which network an address belongs to. One home has 2^64 IPv6 addresses: whoever counts addresses must count its block.
import ipaddr from 'ipaddr.js'

/** The network that one household or office has: an IPv4 address, or a /64 of IPv6. What is no address counts as itself. */
export const networkOf = (address: string): string => blockOf(address, 4)
/** The network that one customer of a provider may have: an IPv4 address, or a /48 of IPv6. */
export const widerNetworkOf = (address: string): string => blockOf(address, 3)

function blockOf(address: string, parts: number): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, parts).map((part) => part.toString(16))
  return `${groups.join(':')}::/${parts * 16}`
}
