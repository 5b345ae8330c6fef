import type { Family } from "polywan-core/family";
import { buildPlan } from "polywan-core/plan/build";
import type { Plan } from "polywan-core/plan/plan";
import { renderIptables } from "polywan-core/render/iptables/tables";
import { renderNftChange } from "polywan-core/render/nft/change";
import { renderNft, renderNftRemoval } from "polywan-core/render/nft/table";
import type { TcpTuple } from "polywan-core/render/resets";
import { renderIptablesResets, renderNftResets } from "polywan-core/render/resets";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { planInput, THREE_UPLINKS, withState } from "../unit/polywan-core/fixture.ts";
import { Walk } from "../unit/polywan-core/walk.ts";
import { type IptablesKind, KernelBed } from "./kernel-bed.ts";
import { firstLine } from "./namespaces.ts";

const input = planInput(THREE_UPLINKS);
const healthy = buildPlan(input);
const wanDown = buildPlan(withState(input, "wan", "down"));
const allDown = buildPlan(
	withState(withState(withState(input, "wan", "down"), "wanb", "down"), "lte", "down"),
);

const INTERNET: Record<Family, string> = { 4: "192.0.2.1", 6: "2001:db8:ffff::1" };
const BEHIND_VPN: Record<Family, string> = { 4: "10.5.0.7", 6: "fd05::7" };

/** A way to bring rules into the kernel; the second plan replaces the first. */
interface Loader {
	readonly name: string;
	load(bed: KernelBed, previous: Plan | null, plan: Plan): Promise<void>;
	remove(bed: KernelBed): Promise<void>;
	reset(bed: KernelBed, tuples: readonly TcpTuple[], family: Family): Promise<void>;
}

const nftables: Loader = {
	name: "nftables",
	load: (bed, previous, plan) =>
		bed.nft(previous === null ? renderNft(plan) : renderNftChange(previous, plan)),
	remove: (bed) => bed.nft(renderNftRemoval()),
	reset: (bed, tuples) => bed.nft(renderNftResets(tuples)),
};

function iptables(kind: IptablesKind): Loader {
	return {
		name: `iptables-${kind}`,
		load: async (bed, _, plan) => {
			await bed.applyIptables(kind, plan);
		},
		remove: async (bed) => {
			await bed.applyIptables(kind, null);
		},
		reset: async (bed, tuples, family) => {
			const program = `${family === 4 ? "iptables" : "ip6tables"}-${kind}-restore`;
			await bed.router.mustRun([program, "--noflush", "-w"], { input: renderIptablesResets(tuples, family) });
		},
	};
}

describe.skipIf(process.getuid?.() !== 0)("rendered text in a real kernel", () => {
	let bed: KernelBed;

	beforeAll(async () => {
		bed = await KernelBed.build("kernel");
		await bed.applyIp(healthy);
	});
	afterAll(() => bed?.close());

	it("ip rules and routes read back as the plan has them", async () => {
		expect(await bed.applyIp(healthy)).toBe("");
	});

	it("ip rules and routes follow a change, and go without a trace", async () => {
		expect(await bed.applyIp(wanDown)).toBe(
			"route replace 0.0.0.0/0 table 28672 metric 1 proto static via 100.64.2.1 dev w2\nroute replace ::/0 table 28672 metric 1 proto static via fe80::2 dev w2\n",
		);
		expect(await bed.applyIp(wanDown)).toBe("");
		const nothing = { ...healthy, ipRules: [], tables: [] };
		await bed.applyIp(nothing);
		expect(await bed.applyIp(nothing)).toBe("");
		await bed.applyIp(healthy);
	});

	describe.each([nftables, iptables("nft"), iptables("legacy")])("$name", (loader) => {
		afterEach(async () => {
			await loader.remove(bed);
			await bed.router.run(["conntrack", "-F"]);
			await bed.count();
		});

		it.each([4, 6] as const)(
			"shares 1000 IPv%i flows 700 to 300, and each stays where it is",
			async (family) => {
				await loader.load(bed, null, healthy);
				const flows = bed.flows(bed.lan, family, [INTERNET[family]], 1000);
				await flows.send();
				const first = (await bed.count(1000))[family];
				expect(Math.abs((first.x1 ?? 0) - 700)).toBeLessThanOrEqual(1);
				expect(Math.abs((first.x2 ?? 0) - 300)).toBeLessThanOrEqual(1);
				await loader.load(bed, healthy, wanDown);
				await flows.send();
				expect((await bed.count(1000))[family]).toEqual(first);
				const later = bed.flows(bed.lan, family, [INTERNET[family]], 50);
				await later.send();
				expect((await bed.count(50))[family]).toEqual({ x2: 50 });
				flows.end();
				later.end();
			},
		);

		it.each([4, 6] as const)(
			"IPv%i: follows rules for the LAN, and for the router itself with a source that is answered",
			async (family) => {
				await loader.load(bed, null, healthy);
				const gaming = bed.flows(bed.lan, family, [`${INTERNET[family]}#3074`], 10);
				await gaming.send();
				expect((await bed.count(10))[family]).toEqual({ x3: 10 });
				await bed.sources(family, 1);
				const network = INTERNET[family].slice(0, -1);
				const own = bed.flows(bed.router, family, [`${INTERNET[family]}#3074`], 10);
				const elsewhere = Array.from({ length: 40 }, (_, n) => `${network}${n + 1}`);
				const ownDefault = bed.flows(bed.router, family, elsewhere, 40);
				await own.send();
				await ownDefault.send();
				await ownDefault.send();
				const address = (n: number): string => (family === 4 ? `100.64.${n}.2` : `2001:db8:${n}::2`);
				expect(await bed.sources(family, 3)).toEqual([1, 2, 3].map((n) => `${address(n)} x${n}`));
				for (const flows of [gaming, own, ownDefault]) flows.end();
			},
		);

		it.each([4, 6] as const)("IPv%i: answers leave by the uplink the question came in by", async (family) => {
			await loader.load(bed, null, healthy);
			await bed.count();
			for (const n of [1, 2, 3]) {
				expect(await bed.pingInBy(n, family)).toBe(4);
				expect((await bed.count(4))[family]).toEqual({ [`x${n}`]: 4 });
			}
		});

		it("leaves connected and static networks alone", async () => {
			await loader.load(bed, null, healthy);
			const flows = bed.flows(bed.lan, 4, [BEHIND_VPN[4]], 20);
			await flows.send();
			expect((await bed.count(20))[4]).toEqual({ x9: 20 });
			const marked = (await bed.router.run(["conntrack", "-L", "-p", "udp"])).stdout.match(/mark=[1-9]/g);
			expect(marked).toBeNull();
			flows.end();
		});

		it("lets nothing out when every uplink is down", async () => {
			await loader.load(bed, null, allDown);
			const flows = bed.flows(bed.lan, 4, [INTERNET[4]], 5);
			await flows.send();
			expect((await bed.count())[4]).toEqual({});
			flows.end();
		});

		it.each([4, 6] as const)("resets the IPv%i connections it is told to and no others", async (family) => {
			await loader.load(bed, null, healthy);
			const source = family === 4 ? "192.168.1.100" : "fd00:1::100";
			const destination = family === 4 ? "192.0.2.200" : "2001:db8:ffff::200";
			// The router gives IPv6 packets a source of its own.
			const back = [1, 2].map((n) =>
				family === 4 ? `${source} via 100.64.${n}.2 dev x${n} metric ${n}` : `2001:db8:${n}::/64 dev x${n}`,
			);
			await bed.world.ip(back.map((route) => `route replace ${route}`));
			const server = bed.world.spawn(["node", "-e", ECHO_PROGRAM]);
			await firstLine(server, "the server");
			const client = bed.lan.spawn(["node", "-e", RESUME_PROGRAM, source, destination, "40001", "40009"]);
			await firstLine(client, "the client");
			const protocol = ["-f", `ipv${family}`, "-p", "tcp"];
			await bed.router.mustRun(["conntrack", "-D", ...protocol, "--orig-port-src", "40001"]);
			const tuple = { family, source, destination, sourcePort: 40001, destinationPort: 8080 };
			await loader.reset(bed, [tuple, { ...tuple, sourcePort: 40002 }], family);
			await loader.reset(bed, [tuple], family);
			client.stdin?.write("go\n");
			expect(await firstLine(client, "the client")).toBe("40001 ECONNRESET, 40009 x");
			server.stdin?.end();
			await bed.world.ip(back.map((route) => `route del ${route}`));
		});
	});

	it("nftables: flows to a VPN between flows to the Internet do not take their slots", async () => {
		await nftables.load(bed, null, healthy);
		for (const family of [4, 6] as const) {
			const flows = bed.flows(bed.lan, family, [INTERNET[family], BEHIND_VPN[family]], 200);
			await flows.send();
			expect((await bed.count(200))[family]).toEqual({ x1: 70, x2: 30, x9: 100 });
			flows.end();
		}
		await nftables.remove(bed);
	});

	it("nftables: a listing tells what differs, wherever the table came from", async () => {
		await bed.nft(renderNft(healthy));
		await bed.nft(renderNftChange(healthy, wanDown));
		expect(await bed.nftDifferences(wanDown)).toEqual([]);
		expect((await bed.nftDifferences(healthy)).join("\n")).toContain(
			"+ chain p1_4 [1]: numgen inc mod 10 vmap",
		);
		await nftables.remove(bed);
	});

	it.each([1, 2])("nftables: any row of changes leads where the plan says (seed %i)", async (seed) => {
		const walk = new Walk(seed);
		let previous = walk.plan();
		await bed.nft(renderNft(previous));
		for (let step = 0; step < 15; step++) {
			walk.step();
			const plan = walk.plan();
			await bed.nft(renderNftChange(previous, plan));
			expect(await bed.nftDifferences(plan), `step ${step}`).toEqual([]);
			previous = plan;
		}
		await nftables.remove(bed);
	});

	it.each(["nft", "legacy"] as const)(
		"iptables-%s: any row of changes leads where the plan says",
		async (kind) => {
			const walk = new Walk(7);
			for (let step = 0; step < 8; step++) {
				walk.step();
				const plan = walk.plan();
				await bed.applyIptables(kind, plan);
				expect(await bed.applyIptables(kind, plan), `step ${step}`).toBe(0);
			}
			await bed.applyIptables(kind, null);
		},
	);

	it.each(["nft", "legacy"] as const)("iptables-%s: the same plan twice changes nothing", async (kind) => {
		await bed.router.mustRun([`iptables-${kind}-restore`, "--noflush", "-w"], {
			input: renderIptables(healthy, 4),
		});
		expect(await bed.applyIptables(kind, healthy)).toBe(3);
		expect(await bed.applyIptables(kind, healthy)).toBe(0);
		await bed.applyIptables(kind, null);
		expect(await bed.router.mustRun([`iptables-${kind}-save`])).not.toContain("polywan");
	});
});

const ECHO_PROGRAM = `
require("node:net").createServer((socket) => socket.pipe(socket).on("error", () => {})).listen(8080, () => console.log("ready"));
process.stdin.resume().on("end", () => process.exit());
`;

/** Connections from each of the ports; told to go on, it says what became of each. */
const RESUME_PROGRAM = `
const [localAddress, host, ...ports] = process.argv.slice(1);
const { once } = require("node:events");
const sockets = ports.map((port) =>
	require("node:net").connect({ host, port: 8080, localAddress, localPort: Number(port) }));
(async () => {
	await Promise.all(sockets.map((socket) => once(socket, "connect")));
	console.log("connected");
	await once(process.stdin, "data");
	const ends = sockets.map(async (socket, n) => {
		socket.write("x");
		return ports[n] + " " + (await once(socket, "data").catch((error) => error.code));
	});
	console.log((await Promise.all(ends)).join(", "));
	for (const socket of sockets) socket.resetAndDestroy();
	process.exit();
})();
`;
