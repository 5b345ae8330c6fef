import type { Plan, PlanSet } from "polywan-core/plan/plan";
import { ownIpset } from "polywan-core/render/iptables/ipset";
import { NFT_TABLE } from "polywan-core/render/nft/table";
import { matchRule } from "polywan-core/why/match";
import type { Packet } from "polywan-core/why/packet";
import { listSets, type SetSide, setKey } from "polywan-core/why/set-facts";
import { spawn } from "polywan-runtime/process";
import { hasTool } from "../apply/tool.ts";

const TIMEOUT_MS = 5000;

/**
 * Asks the kernel whether the packet's addresses are in the sets that rules look into, where that matters. What cannot be
 * asked is absent.
 */
export async function readMembers(
	plan: Plan,
	packet: Packet,
	firewall: "nftables" | "iptables" | "none",
): Promise<ReadonlyMap<string, boolean>> {
	const members = new Map<string, boolean>();
	const rules = plan.rules.filter((rule) => matchRule(rule, packet).answer !== "no");
	for (const { set, side } of listSets({ rules })) {
		const known = plan.sets.find(({ kernelName }) => kernelName === set);
		const argv = questionOf(set, known, side, packet, firewall);
		if (argv === null || !hasTool(argv[0] ?? "")) continue;
		const { exitCode } = await spawn(argv, { timeoutMs: TIMEOUT_MS, output: "ignore" }).done;
		members.set(setKey(set, side), exitCode === 0);
	}
	return members;
}

/** A command that answers 0 where the address is in the set; null: there is none. */
function questionOf(
	set: string,
	known: PlanSet | undefined,
	side: SetSide,
	{ source, destination, family }: Packet,
	firewall: string,
): readonly string[] | null {
	const address = side === "sourceSet" ? source : destination;
	if (address === null) return null;
	if (firewall === "nftables")
		return ["nft", "get", "element", "inet", NFT_TABLE, `${set}_${family}`, "{", address, "}"];
	if (firewall !== "iptables") return null;
	return ["ipset", "-quiet", "test", known?.kind === "named" ? known.name : ownIpset(set, family), address];
}
