/**
 * Tiers of subnets. The position of a name is part of every address ever given out: names may be added at the end, up to
 * {@link TIER_SLOTS}, and are never moved or removed.
 */
export const TIERS = ["private", "public", "data"] as const;

/** A tier of subnets. */
export type Tier = (typeof TIERS)[number];

/** Room for tiers, used and future. */
export const TIER_SLOTS = 8;
/** Room for zones in each tier, used and future. */
export const ZONE_SLOTS = 8;

/** Largest network: the limit of Amazon VPC. */
export const SHORTEST_PREFIX = 16;
/** Smallest network: its subnets have 16 addresses, the least that Amazon VPC allows (/28). */
export const LONGEST_PREFIX = 22;

const SUBNET_BITS = Math.log2(TIER_SLOTS * ZONE_SLOTS);

/**
 * The subnet of a tier in the zone at a position. It depends on nothing but the network, the tier and the position, so a new zone or tier never
 * moves a subnet that exists.
 */
export function subnetCidr(network: string, tier: Tier, zonePosition: number): string {
  const slot = slotOf(tier, zonePosition);
  const { base, prefix } = parse(network);
  const size = 2 ** (32 - prefix - SUBNET_BITS);
  return `${dotted(base + slot * size)}/${prefix + SUBNET_BITS}`;
}

/** The place of a subnet, the same in every range. */
function slotOf(tier: Tier, zonePosition: number): number {
  if (!Number.isInteger(zonePosition) || zonePosition < 0 || zonePosition >= ZONE_SLOTS)
    throw new RangeError(`there is room for ${ZONE_SLOTS} zones, not for one at position ${zonePosition}`);
  return TIERS.indexOf(tier) * ZONE_SLOTS + zonePosition;
}

/** Length of the IPv6 range of a VPC and of a subnet: the only ones that Amazon VPC gives. */
const VPC_PREFIX_6 = 56;
const SUBNET_PREFIX_6 = 64;

/** The IPv6 range of the subnet of a tier in the zone at a position, within a range of Amazon's such as `2600:1f18:1234:5600::/56`. */
export function subnetCidr6(network: string, tier: Tier, zonePosition: number): string {
  const slot = slotOf(tier, zonePosition);
  const [address = "", prefix = ""] = network.split("/");
  const [head = "", tail] = address.split("::");
  const given = (text: string | undefined) => (text === undefined || text === "" ? [] : text.split(":"));
  const zeros = 8 - given(head).length - given(tail).length;
  const groups = [...given(head), ...Array.from({ length: tail === undefined ? 0 : zeros }, () => "0"), ...given(tail)];
  const parts = groups.slice(0, SUBNET_PREFIX_6 / 16).map((group) => Number.parseInt(group, 16));
  const last = parts.pop();
  if (Number(prefix) !== VPC_PREFIX_6 || groups.length !== 8 || last === undefined || parts.some(Number.isNaN))
    throw new RangeError(`not a /${VPC_PREFIX_6} of IPv6: ${network}`);
  return `${[...parts, last + slot].map((part) => part.toString(16)).join(":")}::/${SUBNET_PREFIX_6}`;
}

/** The address range of a VPC for which none is given (VPC-01). */
export const DEFAULT_CIDR = "10.0.0.0/16";

/** Whether two networks have an address in common. */
export function meet(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  const size = 2 ** (32 - Math.min(a.prefix, b.prefix));
  return Math.floor(a.base / size) === Math.floor(b.base / size);
}

/** Whether a network has a usable size and starts at its first address. */
export function aligned(network: string): boolean {
  const { base, prefix } = parse(network);
  return prefix >= SHORTEST_PREFIX && prefix <= LONGEST_PREFIX && base % 2 ** (32 - prefix) === 0;
}

function parse(network: string): { readonly base: number; readonly prefix: number } {
  const [address = "", prefix = ""] = network.split("/");
  return { base: address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0), prefix: Number(prefix) };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
