/** IP addresses in one spelling, and which of them are GitLab's own network. */

/**
 * One address in canonical form: IPv4 dotted, IPv6 as eight lower-case groups, IPv4-mapped IPv6 as IPv4.
 * A port, brackets, a zone and a prefix length are taken off. Null when it is no address.
 */
export function canonicalAddress(text: string): string | null {
  const bare = /^\[([^\]]{2,80})\](?::\d{1,5})?$/.exec(text)?.[1] ?? text;
  const four = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?(?:\/\d{1,2})?$/.exec(bare)?.[1];
  if (four !== undefined) return isFour(four) ? four : null;
  const six = groupsOf(bare.replace(/%.*$/, "").replace(/\/\d{1,3}$/, ""));
  if (six === null) return null;
  const mapped = six.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
  return mapped ? fourOf(six.slice(6)) : six.join(":");
}

const isFour = (text: string): boolean =>
  text.split(".").every((octet) => Number(octet) <= 255 && String(Number(octet)) === octet);

function fourOf(groups: readonly string[]): string {
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(text: string): readonly string[] | null {
  const last = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text)?.[1];
  if (last !== undefined && !isFour(last)) return null;
  const hex = last === undefined ? text : text.slice(0, -last.length) + hexOf(last);
  const halves = hex.toLowerCase().split("::");
  const parts = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [head = [], tail] = parts;
  const missing = 8 - parts.flat().length;
  const gap = tail === undefined ? missing === 0 : missing > 0;
  if (halves.length > 2 || !gap) return null;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

function hexOf(four: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = four.split(".").map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Loopback, link-local and private networks (R8): a canonical address of GitLab's own infrastructure, or of nobody. */
export function isInternalAddress(canonical: string): boolean {
  return (
    /^(?:0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      canonical,
    ) || /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):|^0:0:0:0:0:0:0:[01]$/.test(canonical)
  );
}
