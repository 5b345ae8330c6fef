import { buildConnection } from "polywan/connections/build-connection";
import type { Row } from "polywan/connections/row";
import { buildPlan } from "polywan-core/plan/build";
import { describe, expect, it } from "vitest";
import { planInput, withState } from "../../polywan-core/fixture.ts";

const input = planInput(`
config uplink 'wan'
config uplink 'wanb'
config rule 'voice'
	option proto 'udp'
	option dest_port '5060'
	option target 'wanb'
config rule 'guests'
	option src_iface 'guest'
	option target 'wanb'
config rule 'mail'
	option proto 'tcp'
	option dest_port '25'
	option target 'wan'
`);
const plan = buildPlan(input);
const [wan, wanb] = plan.uplinks;
const now = { wallMs: 1_000_000, uptimeMs: 500_000 };

const row: Row = {
	family: 4,
	protocol: 17,
	mark: wanb?.mark ?? 0,
	state: "",
	timeoutS: 30,
	source: "192.168.1.100",
	destination: "192.0.2.1",
	sourcePort: 40_000,
	destinationPort: 5060,
	sentBytes: 1,
	receivedBytes: 2,
	sentPackets: 3,
	receivedPackets: 4,
	startedAtMs: 900_000,
};

describe("a connection for users", () => {
	it("has the uplink its mark says and the rule that sends it there", () => {
		expect(buildConnection(row, plan, now)).toMatchObject({
			family: "ipv4",
			protocol: "udp",
			uplink: "wanb",
			rule: "voice",
			age_s: 100,
			timeout_s: 30,
		});
	});

	it("has no rule where that depends on what conntrack does not keep", () => {
		const mail = { ...row, protocol: 6, destinationPort: 25, mark: wan?.mark ?? 0 };
		expect(buildConnection(mail, plan, now)).toMatchObject({ uplink: "wan", rule: null });
	});

	it("has no rule that could not have sent it there", () => {
		expect(buildConnection({ ...row, mark: wan?.mark ?? 0 }, plan, now)).toMatchObject({
			uplink: "wan",
			rule: null,
		});
		const wanbDown = buildPlan(withState(input, "wanb", "down"));
		expect(buildConnection(row, wanbDown, now)).toMatchObject({ uplink: "wanb", rule: null });
	});

	it("has no rule when it came from the Internet", () => {
		const inbound = { ...row, source: "192.0.2.1", destination: "100.64.2.2" };
		expect(buildConnection(inbound, plan, now)).toMatchObject({ uplink: "wanb", rule: null });
	});

	it("has no uplink without a mark of ours, whatever others marked", () => {
		expect(buildConnection({ ...row, mark: 0x00ffffff }, plan, now)).toMatchObject({
			uplink: null,
			rule: null,
		});
		expect(buildConnection({ ...row, mark: row.mark + 5 }, plan, now)).toMatchObject({ uplink: "wanb" });
	});

	it("is never older than the router, nor younger than nothing, and may have no age", () => {
		expect(buildConnection({ ...row, startedAtMs: 0 }, plan, now).age_s).toBe(500);
		expect(buildConnection({ ...row, startedAtMs: 2_000_000 }, plan, now).age_s).toBe(0);
		expect(buildConnection({ ...row, startedAtMs: null }, plan, now).age_s).toBeNull();
	});

	it("names protocols it knows, and has no ports of ICMP", () => {
		expect(buildConnection({ ...row, protocol: 1, sourcePort: 77 }, plan, now)).toMatchObject({
			protocol: "icmp",
			source_port: 0,
			destination_port: 0,
		});
		expect(buildConnection({ ...row, protocol: 58, family: 6 }, plan, now).protocol).toBe("icmpv6");
		expect(buildConnection({ ...row, protocol: 254 }, plan, now).protocol).toBe("254");
	});
});
