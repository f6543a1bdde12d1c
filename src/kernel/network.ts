// PURE. The network of an IP address. A single home has 2^64 IPv6 addresses, so counters must count by block.
import ipaddr from 'ipaddr.js'

/** The network of one household or office: an IPv4 address or an IPv6 /64. Returns text that is no address unchanged. */
export const networkOf = (address: string): string => blockOf(address, 4)
/** The network of one customer of a provider: an IPv4 address or an IPv6 /48. */
export const widerNetworkOf = (address: string): string => blockOf(address, 3)

function blockOf(address: string, parts: number): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, parts).map((part) => part.toString(16))
  return `${groups.join(':')}::/${parts * 16}`
}
