// PURE. Which network addresses the service may send to on a tenant's word: public ones only (against SSRF).
import ipaddr from 'ipaddr.js'

/** A platform's own address among the public ones: Azure's host service. */
const NOT_PUBLIC = new Set(['168.63.129.16'])

/** IPv4-compatible addresses (RFC 4291 §2.5.5.1, deprecated): they lead to whatever they embed, or nowhere. */
const OLD_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96')

/** Whether an IP address, written in any usual way, is a public unicast one; embedded IPv4 addresses count as what they embed. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv6' && parsed.match(OLD_COMPATIBLE)) return false
  return parsed.range() === 'unicast' && !NOT_PUBLIC.has(parsed.toString())
}

/** The host of a URL when it is an address and not a name, without brackets; else null. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(host) ? host : null
}
