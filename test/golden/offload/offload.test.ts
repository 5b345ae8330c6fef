import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEstablished } from "polywan/apply/conntrack";
import { parseFirewall } from "polywan/doctor/parse-firewall";
import { checkOffloading } from "polywan-core/doctor/check-network";
import type { DoctorFacts } from "polywan-core/doctor/facts";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";

// The development kernel has no flow tables. What there is to know of them: what the firewall's configuration says, and how
// the kernel shows a connection that it offloaded.

const folder = import.meta.dirname;

/**
 * A dump's entry as ctnetlink_fill_info in net/netfilter/nf_conntrack_netlink.c writes it where IPS_OFFLOAD is set: TCP from
 * 192.168.1.100:40001 to 203.0.113.1:443 with mark 0x1000000, and neither timeout nor the protocol's state.
 */
const offloaded = (status: string) =>
	Uint8Array.from(
		Buffer.from(
			[
				"02000000",
				"34000180 14000180 08000100 c0a80164 08000200 cb007101",
				"1c000280 05000100 06000000 06000200 9c410000 06000300 01bb0000",
				`08000300 0000${status}`,
				"08000800 01000000",
			]
				.join("")
				.replaceAll(" ", ""),
			"hex",
		),
	);

describe.each(["software", "hardware", "none"])("flow offloading: %s", (name) => {
	test("what the doctor says", () => {
		const firewall = parseFirewall(
			parsePackage("firewall", readFileSync(join(folder, name, "firewall"), "utf8")),
		);
		const findings = checkOffloading({ firewall } as DoctorFacts);
		const text = findings.map((finding) => `${Object.values(finding).join("\n")}\n`).join("\n");
		const file = join(folder, name, "findings.txt");
		if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(file, text);
		expect(text).toBe(existsSync(file) ? readFileSync(file, "utf8") : "");
	});
});

test.each(["418e", "c18e"])(
	"a client of an offloaded connection is reset with the others: status %s",
	(status) => {
		const filter = { mark: 0x01000000, mask: 0xff000000 };
		expect(parseEstablished(offloaded(status), filter)).toEqual({
			family: 4,
			source: "192.168.1.100",
			destination: "203.0.113.1",
			sourcePort: 40_001,
			destinationPort: 443,
		});
	},
);
