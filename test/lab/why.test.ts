import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "polywan-core/plan/plan";
import type { Explanation, Outcome } from "polywan-core/why/explanation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram, compileProgram } from "../../build/bundle.ts";
import { type Random, seededRandom } from "../fuzz/random.ts";
import { type NetworkNamespace, root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const isPossible = process.getuid?.() === 0 && existsSync(join(root, "dist/x86_64/polywan"));
const FLOWS = 240;
/** Of the LAN host. */
const MAC = "02:00:00:00:00:77";
const MARKED_PORT = 7777;

const config = renderPolywanConfig({
	globals: { default_policy: "both", reset_connections: "0" },
	uplinks: { wan: {}, wanb: {}, wanc: { tier: "2" } },
	policies: {
		both: { mode: "weighted" },
		spare: { mode: "failover", last_resort: "blackhole" },
		hashed: { mode: "flow_hash" },
		turns: { mode: "round_robin" },
		fastest: { mode: "latency" },
	},
	members: [
		["both", "wan", { weight: "7" }],
		["both", "wanb", { weight: "3" }],
		["spare", "wanc"],
		// Of several it would choose anew between the question and the packet, where the machine is busy.
		["fastest", "wanb"],
	],
	rules: {
		mail: { proto: "tcp", dest_port: ["25", "465-587"], target: "wanb" },
		games: { proto: "udp", src_ip: "192.168.1.104/30", src_port: "20000-40000", target: "wanc" },
		tunnel: { proto: ["47", "50"], target: "spare" },
		ping: { proto: "icmp", dest_ip: "203.0.113.0/30", target: "wan" },
		closed: { dest_ip: ["198.51.100.0/25", "2001:db8:dead::/48"], target: "unreachable" },
		dropped: {
			dest_ip: "198.51.100.128/25",
			src_ip: ["192.168.1.96/29", "192.168.1.112/28"],
			target: "blackhole",
		},
		direct: { dest_ip: "198.51.100.128/25", target: "default" },
		alike: { dest_ip: ["203.0.113.5", "2001:db8:ffff::5"], proto: "udp", target: "hashed" },
		others: {
			src_ip: ["192.168.1.112-192.168.1.118", "!192.168.1.114/31"],
			proto: ["tcp", "udp"],
			dest_port: ["!80", "!443"],
			target: "turns",
		},
		near: { proto: "!tcp", family: "ipv6", dest_port: "53", target: "fastest" },
		listed: { dest_set: "lab4", proto: "!icmp", target: "wanc" },
		kept: { dest_ip: "203.0.113.7", sticky: "1", target: "both" },
		guest: { src_iface: "guest", target: "blackhole" },
		marked: { dest_ip: "1.1.1.1", mark: "0x5/0xf", target: "wanc" },
		urgent: { dest_ip: "1.1.1.1", dscp: "EF", target: "wanb" },
		card: { dest_ip: "1.0.0.1", src_mac: MAC, proto: "tcp", target: "wanb" },
		other_card: { dest_ip: "1.0.0.1", src_mac: `!${MAC}`, proto: "udp", target: "wanc" },
		echo: { dest_ip: "8.8.8.8", icmp_type: "echo-request", target: "wanb" },
		no_echo: { dest_ip: "8.8.4.4", icmp_type: "!echo-request", target: "blackhole" },
		agent: { dest_ip: "9.9.9.9", user: "nobody", target: "wanc" },
		crew: { dest_ip: "9.9.9.9", group: "nogroup", target: "wanb" },
		six: { family: "ipv6", dest_ip: "2001:db8:ffff::8/125", proto: "tcp", target: "wanb" },
	},
});

const sources = {
	4: range(101, 120).map((n) => `192.168.1.${n}`),
	6: range(101, 108).map((n) => `fd00:1::${n}`),
};
const destinations = {
	4: [
		...range(1, 9).map((n) => `203.0.113.${n}`),
		"198.51.100.5",
		"198.51.100.200",
		"192.0.2.77",
		"198.18.0.9",
		"100.64.2.1",
	],
	6: [...range(1, 9).map((n) => `2001:db8:ffff::${n}`), "2001:db8:dead::1", "2001:db8:beef::2"],
};
/** From the prefixes that the ISPs of wan and wanb delegate. */
const delegated = ["2001:db8:1:8000::10", "2001:db8:2:8000::10"];

/** A refused connection would be forgotten by the kernel at once. And somebody marks packets. */
const OTHERS = `table inet lab_refused {
	chain prerouting {
		type filter hook prerouting priority raw; policy accept
		tcp flags & rst == rst drop
		udp sport ${MARKED_PORT} meta mark set 0x15
	}
}
`;

interface Flow {
	/** null: the router's own. */
	source: string | null;
	destination: string;
	protocol: number;
	sourcePort: number;
	destinationPort: number;
	dscp?: number;
	mark?: number;
	/** More words of the question. */
	words?: string;
}

describe.skipIf(!isPossible).each(["nftables", "iptables"] as const)("polywan why with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		const uplinks = { wan: {}, wanb: {}, wanc: {} };
		site = await Site.build({ uplinks, firewall, daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb", "wanc");
		await site
			.host(0)
			.network.ip([
				`link set eth0 address ${MAC}`,
				...sources[4].map((address) => `addr add ${address}/24 dev eth0`),
				...[...sources[6], ...delegated].map((address) => `addr add ${address}/64 dev eth0 nodad`),
			]);
		for (const route of [
			"198.18.0.0/15 via 100.64.2.1",
			...delegated.map((address) => `${address}/128 dev br-lan`),
		])
			await site.router.mustRun([
				"ip",
				...(route.includes("::") ? ["-6"] : []),
				"route",
				"replace",
				...route.split(" "),
			]);
		await site.router.mustRun(["nft", "-f", "-"], { input: OTHERS });
		const [argv, input] =
			firewall === "nftables"
				? [
						["nft", "-f", "-"],
						"table inet fw4 { set lab4 { type ipv4_addr; elements = { 203.0.113.2, 192.0.2.77 }; }; }",
					]
				: [["ipset", "restore"], "create lab4 hash:net\nadd lab4 203.0.113.2\nadd lab4 192.0.2.77\n"];
		await site.router.mustRun(argv, { input });
		const rules = async () => (await polywan.status()).rules;
		await until(
			"the set is found",
			async () => (await rules()).find(({ name }) => name === "listed")?.active ?? false,
		);
		await bundleProgram("test/lab/programs/sender.ts", "sender");
		await compileProgram("sender", "x86_64");
	});
	afterAll(() => site?.close());

	/** Over the bus, which answers as the command does, and sooner. */
	async function whyAll(flows: readonly Flow[], option = ""): Promise<Explanation[]> {
		const ask = async ({ source, destination, protocol, sourcePort, destinationPort, words = "" }: Flow) => {
			const details = `${words} ${option}`.matchAll(/--([\w-]+)=(\S+)/g);
			const answer = await site.router.ubus("polywan", "why", {
				...{ source: source ?? "router", destination, protocol: String(protocol) },
				...{ port: String(destinationPort), source_port: String(sourcePort) },
				...Object.fromEntries(
					[...details].map(([, name = "", value = ""]) => [name.replace("-", "_"), value]),
				),
			});
			expect(answer.error).toBeNull();
			return answer as unknown as Explanation;
		};
		const explanations: Explanation[] = [];
		// Many at once: on a busy machine an answer alone takes long.
		for (let first = 0; first < flows.length; first += 40)
			explanations.push(...(await Promise.all(flows.slice(first, first + 40).map(ask))));
		return explanations;
	}

	async function sendAll(
		from: Pick<NetworkNamespace, "mustRun">,
		flows: readonly Flow[],
		as: readonly string[] = [],
	): Promise<void> {
		const file = `/tmp/why-${process.pid}.json`;
		await from.mustRun(["sh", "-c", `cat > ${file}`], { input: JSON.stringify(flows) });
		const [runtime, sender] = ["polywan-run", "sender"].map((name) => join(root, "dist/x86_64", name));
		await from.mustRun([...as, runtime ?? "", sender ?? "", file]);
		await from.mustRun(["rm", file]);
	}

	function plan(): Plan {
		return (JSON.parse(site.router.readFile("/var/run/polywan/state.json")) as { plan: Plan }).plan;
	}

	/** Name of the uplink in conntrack's mark by flow; null where the packet was not let through. */
	async function readMarks(): Promise<Map<string, string>> {
		const { uplinks, markMask } = plan();
		const marks = new Map<string, string>();
		for (const line of (await site.router.mustRun(["cat", "/proc/net/nf_conntrack"])).split("\n")) {
			const key = keyOfLine(line);
			const mark = (Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0) & markMask) >>> 0;
			const uplink = uplinks.find((entry) => entry.mark === mark);
			if (key !== null) marks.set(key, uplink?.name ?? "none");
		}
		return marks;
	}

	/** Flows that did not go where their explanation says. */
	async function findWrong(flows: readonly Flow[], explanations: readonly Explanation[]): Promise<unknown[]> {
		const marks = await readMarks();
		return flows.flatMap((flow, index) => {
			const explanation = explanations[index];
			const key = keyOf(flow);
			const seen =
				[...marks].find(([known]) => (flow.source === null ? known.endsWith(key) : known === key))?.[1] ??
				null;
			const expected = explanation?.outcomes.map((outcome) => markOf(outcome)) ?? [];
			return expected.includes(seen) ? [] : [{ flow, seen, expected, steps: explanation?.steps }];
		});
	}

	it("is right about hundreds of random packets from the LAN", async () => {
		const random = seededRandom(firewall === "nftables" ? 11 : 12);
		const flows = distinct(Array.from({ length: FLOWS }, (_, index) => randomFlow(random, index)));
		const explanations = await whyAll(flows);
		await sendAll(site.host(0).network, flows);
		expect(await findWrong(flows, explanations)).toEqual([]);
		const decided = new Set(explanations.map(({ rule }) => rule));
		const rules = [
			"alike",
			"closed",
			"direct",
			"dropped",
			"games",
			"kept",
			"listed",
			"mail",
			"near",
			"others",
			"ping",
			"six",
			"tunnel",
			null,
		];
		expect([...decided].sort()).toEqual(rules.sort());
	});

	it("is right about the router's own packets", async () => {
		const random = seededRandom(13);
		const own = [null, null, ...site.uplinks.map(({ lease }) => lease.ipv4.address), "192.168.1.1"];
		const flows = Array.from({ length: 90 }, (_, index): Flow => {
			const flow = randomFlow(random, index + FLOWS);
			const isIpv6 = flow.destination.includes(":");
			return { ...flow, protocol: random.pick([6, 17]), source: isIpv6 ? null : random.pick(own) };
		}).filter(({ destination }) => destination !== "100.64.2.1");
		const explanations = await whyAll(flows);
		expect(new Set(explanations.map(({ direction }) => direction))).toEqual(new Set(["own"]));
		await sendAll(site.router, flows);
		expect(await findWrong(flows, explanations)).toEqual([]);
	});

	it("is right about what few rules look at, once it is told", async () => {
		const flow = (destination: string, protocol: number, words: string, more: Partial<Flow> = {}): Flow => ({
			...{ source: "192.168.1.101", destination, protocol, sourcePort: nextPort++, destinationPort: 9 },
			...{ words, ...more },
		});
		let nextPort = 50_000;
		const plain = "--mark=0 --dscp=0";
		const flows = [
			flow("1.1.1.1", 17, "--mark=0x15", { sourcePort: MARKED_PORT }),
			flow("1.1.1.1", 6, "--mark=0 --dscp=ef", { dscp: 46 }),
			flow("1.1.1.1", 6, plain),
			flow("1.0.0.1", 6, `--mac=${MAC}`),
			flow("1.0.0.1", 17, `--mac=${MAC}`),
			flow("8.8.8.8", 1, "--icmp-type=echo-request"),
			flow("8.8.4.4", 1, "--icmp-type=8"),
		];
		const explanations = await whyAll(flows);
		const rules = ["marked", "urgent", null, "card", null, "echo", null];
		expect(explanations.map(({ rule }) => rule)).toEqual(rules);
		expect(explanations.filter(({ isOpen }) => isOpen)).toEqual([]);
		await sendAll(site.host(0).network, flows);
		expect(await findWrong(flows, explanations)).toEqual([]);

		const own = (words: string) => flow("9.9.9.9", 17, words, { source: null, destinationPort: 80 });
		const [agent, crew, root] = [
			own("--user=nobody --group=0"),
			own("--user=0 --group=nogroup"),
			own("--user=0 --group=0"),
		];
		const ofRouter = await whyAll([agent, crew, root]);
		expect(ofRouter.map(({ rule }) => rule)).toEqual(["agent", "crew", null]);
		await sendAll(site.router, [agent], ["setpriv", "--reuid", "65534", "--clear-groups"]);
		await sendAll(site.router, [crew], ["setpriv", "--regid", "65534", "--clear-groups"]);
		await sendAll(site.router, [root]);
		expect(await findWrong([agent, crew, root], ofRouter)).toEqual([]);
	});

	it("is right about what comes in from the Internet", async () => {
		for (const { name, lease } of site.uplinks) {
			const flow = {
				source: "203.0.113.3",
				destination: lease.ipv4.address,
				protocol: 1,
				sourcePort: 77,
				destinationPort: 1,
			};
			const explanations = await whyAll([flow], `--in=${name}`);
			expect(explanations[0]?.direction).toBe("inbound");
			await sendAll(site.internet.network, [flow]);
			expect(await findWrong([flow], explanations)).toEqual([]);
		}
	});

	it("names what is shared, and what is down and why", async () => {
		await site.uplink("wanb").heal();
		await polywan.untilState("up", "wanb");
		const [shared] = await whyAll([
			{
				source: "192.168.1.101",
				destination: "203.0.113.9",
				protocol: 6,
				sourcePort: 5,
				destinationPort: 80,
			},
		]);
		expect(shared).toMatchObject({
			rule: null,
			policy: "both",
			outcomes: [
				{ kind: "uplink", uplink: "wan", percent: 70 },
				{ kind: "uplink", uplink: "wanb", percent: 30 },
			],
		});
		await site.uplink("wanb").blackhole();
		await polywan.untilState("down", "wanb");
		const ask = async () => (await polywan.run("why", "192.168.1.101", "203.0.113.9", "tcp", "25")).stdout;
		await until("the rules in force say so", async () => /unreachable/.test(await ask()));
		const stdout = await ask();
		expect(stdout).toMatch(/^192\.168\.1\.101 → 203\.0\.113\.9 port 25, tcp from br-lan: unreachable/);
		expect(stdout).toMatch(/uplink 'wanb', which is down: .*answer/);
		const all = (await polywan.run("why", "192.168.1.101", "203.0.113.9", "udp", "53")).stdout;
		expect(all).toMatch(/: uplink wan \(eth1\)$/m);
		expect(all).toMatch(/wanb: not used; it is down: /);
	});

	it("answers over the bus as on the command line", async () => {
		const words =
			"192.168.1.101 1.1.1.1 tcp 2500 --source-port=7 --dscp=ef --mark=0x10 --mac=02:00:00:00:00:01";
		const { packet, steps, rule } = JSON.parse(
			(await polywan.run("why", ...words.split(" "), "--json")).stdout,
		) as Explanation;
		expect(rule).toBe("urgent");
		const question = {
			...{ source: "192.168.1.101", destination: "1.1.1.1", protocol: "tcp", port: "2500", source_port: "7" },
			...{ dscp: "46", mark: "16", mac: "02-00-00-00-00-01" },
		};
		expect(await site.router.ubus("polywan", "why", question)).toMatchObject({
			error: null,
			packet,
			steps,
			rule,
		});
		expect(
			await site.router.ubus("polywan", "why", { source: "nobody", destination: "203.0.113.1" }),
		).toEqual({
			error: "the source 'nobody' is not an address",
		});
	});

	it("says what is wrong with a question", async () => {
		for (const words of [
			[],
			["192.168.1.1"],
			["nobody", "203.0.113.1"],
			["192.168.1.101", "fd00::1"],
			["router", "203.0.113.1", "quic"],
			["router", "203.0.113.1", "--mac=02:00:00:00:00:01"],
			["192.168.1.101", "203.0.113.1", "--user=root"],
			["router", "203.0.113.1", "--user=nobody-of-that-name"],
			["192.168.1.101", "203.0.113.1", "tcp", "--icmp-type=8"],
			["192.168.1.101", "203.0.113.1", "--mark=0x1000000"],
			["192.168.1.101", "203.0.113.1", "--dscp=64"],
		])
			expect((await polywan.run("why", ...words)).code).toBe(2);
	});

	/** What the connection's mark must say, by where the explanation sends it. */
	function markOf({ kind, uplink, device }: Outcome): string | null {
		if (kind === "unreachable" || kind === "blackhole") return null;
		return uplink ?? plan().uplinks.find(({ devices }) => devices[4] === device)?.name ?? "none";
	}
});

function randomFlow(random: Random, index: number): Flow {
	const isIpv6 = random.below(3) === 0;
	const protocols = isIpv6 ? [6, 17] : [6, 6, 17, 17, 1, 47, 50];
	const own = isIpv6 ? [...sources[6], ...delegated] : sources[4];
	return {
		source: random.pick(own),
		destination: random.pick(destinations[isIpv6 ? 6 : 4]),
		protocol: random.pick(protocols),
		sourcePort: 10_000 + index * 100 + random.below(100),
		destinationPort: random.pick([7, 9, 25, 53, 80, 443, 465, 500, 587, 600]),
	};
}

/** Without ports or ids, masquerading cannot tell two hosts that talk to one server apart, and drops the second. */
function distinct(flows: readonly Flow[]): readonly Flow[] {
	const seen = new Set<string>();
	return flows.filter(({ protocol, destination }) => {
		const key = `${protocol} ${destination}`;
		const isNew = ![47, 50].includes(protocol) || !seen.has(key);
		seen.add(key);
		return isNew;
	});
}

function keyOf({ source, destination, protocol, sourcePort, destinationPort }: Flow): string {
	const ports = protocol === 6 || protocol === 17 ? `${sourcePort} ${destinationPort}` : "";
	return `${source === null ? "" : `${protocol} ${source}`} ${destination} ${ports}`;
}

/** Of a line of /proc/net/nf_conntrack: the first tuple is the direction it began in. */
function keyOfLine(line: string): string | null {
	const match = /^ipv[46] +\d+ \S+ +(\d+) .*?src=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/.exec(line);
	if (match === null) return null;
	const [, protocol = "", source = "", destination = "", sourcePort, destinationPort] = match;
	const ports = sourcePort === undefined ? "" : `${sourcePort} ${destinationPort}`;
	return `${protocol} ${shorten(source)} ${shorten(destination)} ${ports}`;
}

/** conntrack prints IPv6 with all its zeros. */
function shorten(address: string): string {
	return address.includes(":") ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

function range(from: number, to: number): number[] {
	return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
