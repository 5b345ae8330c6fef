import type { PerFamily } from "../family.ts";
import type { PortRange } from "./port-range.ts";

/**
 * A condition of a rule besides those that most rules have: one of its values must be the case, or, where `not` is true,
 * none of them may.
 */
export type Condition = { readonly not: boolean } & ConditionKind;

export type ConditionKind =
	/** Networks in canonical CIDR text. */
	| { readonly on: "source" | "destination"; readonly networks: readonly string[] }
	| { readonly on: "sourcePort" | "destinationPort"; readonly ports: readonly PortRange[] }
	| { readonly on: "protocol"; readonly protocols: readonly number[] }
	/** ICMP in IPv4, ICMPv6 in IPv6; implies the protocol. */
	| { readonly on: "icmpType"; readonly types: PerFamily<readonly number[]> }
	/** Lower case with colons. */
	| { readonly on: "sourceMac"; readonly addresses: readonly string[] }
	| { readonly on: "dscp"; readonly codePoints: readonly number[] }
	/** Bits of the packet's mark that are not ours; unsigned. */
	| { readonly on: "mark"; readonly values: readonly number[]; readonly mask: number }
	/** netifd interfaces the packet came in by. */
	| { readonly on: "sourceInterface"; readonly interfaces: readonly string[] }
	/** Firewall zones; positive ones are alternatives to the rule's source interfaces. */
	| { readonly on: "sourceZone"; readonly zones: readonly string[] }
	/** The destination is an address of one of these names or of one below them; lower case. */
	| { readonly on: "domain"; readonly names: readonly string[] }
	/** Applications or categories of the catalogue. */
	| { readonly on: "app"; readonly names: readonly string[] }
	/** Sets of nftables or ipset that somebody else fills. */
	| { readonly on: "sourceSet" | "destinationSet"; readonly names: readonly string[] }
	/** Some connection of this source to this destination had more than so many bytes lately; `not`: none had. */
	| { readonly on: "heavy"; readonly bytes: number }
	/** Of the router's own traffic: names or numbers. */
	| { readonly on: "user" | "group"; readonly names: readonly string[] };
