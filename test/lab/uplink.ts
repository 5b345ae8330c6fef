import { ispAddresses, ispNetworks, type Lease, lease, server } from "./addresses.ts";
import type { Internet } from "./internet.ts";
import type { NetworkNamespace } from "./namespaces.ts";
import { type Direction, type LineCounters, Netem } from "./netem.ts";
import { until } from "./until.ts";

/** An uplink as a test declares it. */
export interface UplinkSpec {
	/** Default true. */
	ipv6?: boolean;
	/** The IPv6 gateway is fe80::1, as real ISPs have it, instead of a global address. Default false. */
	linkLocalGateway?: boolean;
	/** How the router gets its address; default "dhcp". pppoe: over a tun device pppoe-<name> that plays the session. */
	proto?: "dhcp" | "static" | "pppoe";
	/** IPv6 routes count for packets from the ISP's addresses alone, as OpenWrt has it. Default false. */
	sourceFilter?: boolean;
	/** Number of the server that the ISP names as its resolver. Default 1. */
	nameServer?: number;
	/** Of proto static: up without carrier. Default true, as in netifd. */
	forceLink?: boolean;
	/** Round trip that the line adds. Default 0. */
	delayMs?: number;
	/** Each way. Default: without limit. */
	rateMbit?: number;
	/** Round trip. Default 0. */
	lossPercent?: number;
	/** Packets waiting for the rate, each way. Default 1,000. */
	queuePackets?: number;
	/** For the configuration that the site writes when the test gives none. */
	tier?: number;
	weight?: number;
}

/** RFC 2516: 1500 less the headers of PPPoE and PPP. */
const pppoeMtu = 1492;

/**
 * Interface index of a cable's end outside the router. The kernel takes a veth whose ends have the same index in their
 * namespaces for hardware, and tells of its carrier only once a second (linkwatch_urgent_event in net/core/link_watch.c).
 */
export const cableIndex = 1000;

/**
 * One line to the Internet: cable to the router's `device`, the ISP's router, and behind it the line that netem.c plays.
 * Faults of "the line" are behind the ISP: its gateway goes on to answer ARP, ND and ping.
 */
export class Uplink {
	readonly name: string;
	/** From 1; uplink i is 100.64.i.0/24 and 2001:db8:i::/64. */
	readonly index: number;
	/** The router's end of the cable. */
	readonly device: string;
	/** The router's device with the addresses. */
	readonly l3Device: string;
	readonly isp: NetworkNamespace;
	readonly spec: UplinkSpec;
	/** The router's network interface in /etc/config/network has the uplink's name; IPv6 is <name>6. */
	onLease: (uplink: Uplink) => Promise<void> = async () => {};
	readonly #internet: Internet;
	/** The ISP's end of what has the addresses. */
	readonly #customer: "cable" | "session";
	#line: Netem | null = null;
	#session: Netem | null = null;
	#generation = 0;

	constructor(name: string, index: number, spec: UplinkSpec, isp: NetworkNamespace, internet: Internet) {
		this.name = name;
		this.index = index;
		this.device = `eth${index}`;
		this.l3Device = spec.proto === "pppoe" ? `pppoe-${name}` : this.device;
		this.#customer = spec.proto === "pppoe" ? "session" : "cable";
		this.spec = spec;
		this.isp = isp;
		this.#internet = internet;
	}

	get lease(): Lease {
		const { ipv6 = true, linkLocalGateway = false, nameServer = 1 } = this.spec;
		const kind = ipv6 ? (linkLocalGateway ? "link-local" : "global") : "none";
		return lease(this.index, this.#generation, kind, server(nameServer));
	}

	async start(router: NetworkNamespace): Promise<void> {
		this.#line = await Netem.start(
			{ network: this.isp, device: "line" },
			{ network: this.#internet.network, device: `isp${this.index}` },
		);
		await this.isp.sysctl([
			"net/ipv6/conf/all/disable_ipv6=0",
			"net/ipv6/conf/default/disable_ipv6=0",
			"net/ipv4/ip_forward=1",
			"net/ipv6/conf/all/forwarding=1",
		]);
		const session = await this.#startSession(router);
		await this.isp.ip([
			`link add cable index ${cableIndex} type veth peer name ${this.device} netns ${router.path}`,
			"link set cable up",
			"link set line up txqueuelen 5000",
			...session,
			...this.#ispAddresses(),
			"route add default dev line",
			"route add ::/0 dev line",
		]);
		await this.#setSpec();
	}

	/** PPPoE is a tun device pair beside the cable. */
	async #startSession(router: NetworkNamespace): Promise<string[]> {
		if (this.spec.proto !== "pppoe") return [];
		this.#session = await Netem.start(
			{ network: router, device: this.l3Device },
			{ network: this.isp, device: "session" },
		);
		await router.ip([`link set ${this.l3Device} mtu ${pppoeMtu}`]);
		return [`link set session mtu ${pppoeMtu} up`];
	}

	async #setSpec(): Promise<void> {
		const { delayMs, rateMbit, lossPercent, queuePackets } = this.spec;
		if (delayMs) await this.delay(delayMs);
		if (rateMbit) await this.rate(rateMbit);
		if (lossPercent) await this.loss(lossPercent);
		if (queuePackets) await this.queue(queuePackets);
	}

	/** Nothing passes behind the ISP, what is under way is lost; the gateway is there. */
	async blackhole(direction: Direction = "both"): Promise<void> {
		await this.#set(direction, "blackhole", 1);
	}

	/** Takes back every fault: of the line, of the gateway, of the cable. Delay, rate and queue stay as the test set them. */
	async heal(): Promise<void> {
		await this.#set("both", "blackhole", 0);
		await this.#set("both", "loss", 0);
		await this.#set("both", "dns", 1);
		await this.#set("both", "size", 0);
		await this.#set("both", "pass", "all");
		await this.isp.run(["nft", "delete", "table", "netdev", "gone"]);
		await this.carrier(true);
		await this.#session?.command("both blackhole 0");
	}

	/** Pulls out the cable, or puts it in again. */
	async carrier(on: boolean): Promise<void> {
		await this.isp.ip([`link set cable ${on ? "up" : "down"}`]);
		await this.#session?.command(`both blackhole ${on ? 0 : 1}`);
		// The kernel drops IPv6 addresses of a link that goes down.
		if (on) await this.isp.ip(this.#ispAddresses());
	}

	/** Of round trips; both ways alike. */
	async loss(roundTripPercent: number): Promise<void> {
		await this.#set("both", "loss", perMillionOneWay(roundTripPercent));
	}

	/** Loses this part of the packets of one way, all of them by default. */
	async oneWayLoss(direction: "out" | "in", percent = 100): Promise<void> {
		await this.#set(direction, "loss", percent * 10_000);
	}

	/** Round trip that the line adds, half of it each way. */
	async delay(roundTripMs: number): Promise<void> {
		await this.#set("both", "delay", (roundTripMs * 1000) / 2);
	}

	/** Up to this much more, each way; order is kept. */
	async jitter(oneWayMs: number): Promise<void> {
		await this.#set("both", "jitter", oneWayMs * 1000);
	}

	/** Each way; 0: without limit. */
	async rate(mbitPerSecond: number, direction: Direction = "both"): Promise<void> {
		await this.#set(direction, "rate", mbitPerSecond * 1e6);
	}

	async queue(packets: number, direction: Direction = "both"): Promise<void> {
		await this.#set(direction, "queue", packets);
	}

	/** IP packets above this size vanish (a path MTU black hole); 0: all pass. */
	async largestPacket(bytes: number): Promise<void> {
		await this.#set("both", "size", bytes);
	}

	/** The ISP's router is dead, the cable's carrier is there. */
	async gatewayGone(): Promise<void> {
		await this.#session?.command("both blackhole 1");
		const chain = (hook: string) =>
			`chain ${hook} { type filter hook ${hook} device cable priority 0; policy drop; }`;
		await this.isp.mustRun(["nft", "-f", "-"], {
			input: `table netdev gone {\n${chain("ingress")}\n${chain("egress")}\n}\n`,
		});
	}

	/** Only names do not resolve: port 53, and 853 of TCP, vanish. */
	async dnsBroken(): Promise<void> {
		await this.#set("both", "dns", 0);
	}

	/** One server is not reached over this uplink. */
	async dropAddress(address: string): Promise<void> {
		await this.#set("both", "drop", address);
	}

	async passAddress(address: string): Promise<void> {
		await this.#set("both", "pass", address);
	}

	/** The ISP gives another IPv4 address and IPv6 prefix; what used the old ones gets no answer any more. */
	async renumber(): Promise<Lease> {
		const old = ispAddresses(this.index, this.#generation);
		const oldNetworks = ispNetworks(this.index, this.#generation);
		this.#generation += 1;
		await this.#internet.routeGeneration(this.index, this.#generation);
		await this.isp.ip([
			...this.#ispAddresses(),
			`addr del ${this.#ownIpv4(old.ipv4)} dev ${this.#customer}`,
			`addr del ${old.ipv6} dev ${this.#customer}`,
			`route replace blackhole ${oldNetworks.ipv4}`,
			`route replace blackhole ${oldNetworks.ipv6} metric 1`,
		]);
		await this.onLease(this);
		return this.lease;
	}

	/** The session ends and another begins: a new device in the router, and new addresses. */
	async redial(router: NetworkNamespace): Promise<Lease> {
		this.#session?.close();
		const isGone = async () => (await router.run(["ip", "link", "show", this.l3Device])).code !== 0;
		await until("the session's device is gone", isGone);
		const lines = await this.#startSession(router);
		await this.isp.ip([...lines, ...this.#ispAddresses()]);
		return this.renumber();
	}

	/** Packets and bytes that passed the line. */
	counters(): Promise<LineCounters> {
		return this.#netem.counters();
	}

	/** Processor's time that the line took so far. */
	lineCpuMs(): number {
		return this.#netem.cpuMs();
	}

	close(): void {
		this.#line?.close();
		this.#session?.close();
	}

	get #netem(): Netem {
		if (!this.#line) throw new Error(`uplink ${this.name} has not been started`);
		return this.#line;
	}

	async #set(direction: Direction, what: string, value: number | string): Promise<void> {
		await this.#netem.command(
			`${direction} ${what} ${typeof value === "number" ? Math.round(value) : value}`,
		);
	}

	/** Its own addresses, the way to what it delegated, and none for what it did not. */
	#ispAddresses(): string[] {
		const own = ispAddresses(this.index, this.#generation);
		const networks = ispNetworks(this.index, this.#generation);
		const { ipv6 } = this.lease;
		const to = `dev ${this.#customer}`;
		return [
			`addr replace ${this.#ownIpv4(own.ipv4)} ${to}`,
			`addr replace ${own.ipv6} ${to} nodad`,
			`addr replace fe80::1/64 ${to} nodad`,
			`route replace blackhole ${networks.ipv6} metric 4096`,
			...(ipv6 ? [`route replace ${ipv6.prefix} via ${ipv6.address} ${to}`] : []),
		];
	}

	/** A session is between two addresses, a cable is a network. */
	#ownIpv4(address: string): string {
		const customer = address.replace(/\.1\/24$/, ".2/32");
		return this.#session ? `${address.replace("/24", "")} peer ${customer}` : address;
	}
}

/** Loss of one way such that both ways together lose `roundTripPercent`. */
export function perMillionOneWay(roundTripPercent: number): number {
	return Math.round((1 - Math.sqrt(1 - roundTripPercent / 100)) * 1e6);
}
