// PURE. Network addresses to which the service may send requests that tenants configure: only public ones (against SSRF).
import ipaddr from 'ipaddr.js'

/** Platform services on public addresses: Azure's host service. */
const NOT_PUBLIC = new Set(['168.63.129.16'])

/** IPv4-compatible addresses (RFC 4291 §2.5.5.1, deprecated) lead to the IPv4 address they embed, or nowhere. */
const OLD_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96')

/** Whether an IP address in any usual notation is a public unicast one; checks the IPv4 address that an IPv6 address embeds. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv6' && parsed.match(OLD_COMPATIBLE)) return false
  return parsed.range() === 'unicast' && !NOT_PUBLIC.has(parsed.toString())
}

/** The IP address in the host of a URL, without brackets; null when the host is a name. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(host) ? host : null
}
