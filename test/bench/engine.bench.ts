// What many uplinks and rules cost: at the start, with every change, and each packet.
import { measureForwarding } from "./engine/forwarding.ts";
import { measureScale } from "./engine/scale.ts";
import { measureStarts } from "./engine/start.ts";
import type { Bench } from "./harness.ts";

export const bench: Bench = {
	name: "engine",
	title: "Rules and uplinks by the hundreds: start, changes, forwarding",
	async run(report) {
		await measureScale(report);
		await measureForwarding(report);
		for (const firewall of ["nftables", "iptables"] as const) await measureStarts(report, firewall);
	},
};
