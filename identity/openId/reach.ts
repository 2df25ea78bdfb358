import { BlockList, isIP } from 'node:net';

/**
 * How far a request to a provider may go: whoever administers a company names addresses that this machine then asks.
 * `public`: the Internet; `private`: also networks of one's own, never this host or the link (where clouds keep their
 * secrets); `loopback`: also this host, without TLS, for trials.
 */
export type Reach = 'public' | 'private' | 'loopback';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

const OWN_NETWORKS = listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
const LOOPBACK = listOf(['127.0.0.0/8', '::1/128']);
/** IANA's special-purpose registries, with the forms of IPv6 that carry an IPv4 address. */
const NEVER = listOf([
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/128', '::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['fe80::/10', 'fec0::/10', 'ff00::/8'],
]);

/** Whether that IP address may be connected to. */
export function isWithin(reach: Reach, address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return reach === 'loopback';
  if (OWN_NETWORKS.check(address, family)) return reach !== 'public';
  return !NEVER.check(address, family);
}

/** Whether an address may be asked, or a browser sent there: over TLS, but for this host where that is within reach. */
export function isSecure(reach: Reach, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url) && reach === 'loopback');
}

/** Whether an address is of this host, by its name. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK_HOSTS.includes(hostname);
}
