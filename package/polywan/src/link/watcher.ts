import type { LogLevel, Uplink } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import type { InterfaceDevices, Link } from "polywan-core/link";
import type { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { NETLINK_ROUTE } from "../netlink/kernel-socket.ts";
import type { NetlinkMessage } from "../netlink/message.ts";
import { dump } from "../netlink/request.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import { buildInterfaceDevices, buildLinks, buildTunnels } from "./build-links.ts";
import { DeviceTable } from "./device-table.ts";
import { KernelEvents } from "./kernel-events.ts";
import { type NetifdInterface, parseDump, parseInterface } from "./netifd.ts";
import {
	buildAddressDump,
	buildLinkDump,
	parseFailedNeighbour,
	RTM_GETADDR,
	RTM_GETLINK,
	RTM_NEWNEIGH,
} from "./rtnetlink.ts";

const DUMP_TIMEOUT_MS = 5000;
const RETRY_MS = 1000;
/** Notifications tell of interfaces one by one; which of them exist at all is read again when they have calmed down. */
const SETTLE_MS = 500;
const KERNEL_ATTEMPTS = 5;

export interface Evidence {
	readonly uplink: string;
	readonly family: Family;
	/** In words a user understands; equal for equal kinds of evidence. */
	readonly reason: string;
}

export interface LinkWatcherOptions {
	readonly bus: UbusConnection;
	/** Links are known or have changed. First called when both netifd and the kernel have told everything. */
	onLinks(links: readonly Link[], devices: InterfaceDevices, tunnels: readonly Tunnel[]): void;
	onEvidence(evidence: Evidence): void;
	log(level: LogLevel, message: string): void;
}

/**
 * Facts about every uplink: what netifd knows of interfaces, addresses and routes, checked against and hurried along by what the
 * kernel says of devices and addresses. While ubusd or netifd is away the last it said stays true as far as the kernel agrees.
 */
export class LinkWatcher {
	readonly #options: LinkWatcherOptions;
	#uplinks: readonly Uplink[] = [];
	#interfaces: ReadonlyMap<string, NetifdInterface> | null = null;
	#devices: DeviceTable | null = null;
	#links: readonly Link[] = [];
	#told: string | null = null;
	#kernel: KernelEvents | null = null;
	#kernelEvents = 0;
	#closers: (() => void)[] = [];
	#telling = false;
	#timer: number | null = null;
	#closed = false;

	constructor(options: LinkWatcherOptions) {
		this.#options = options;
	}

	get links(): readonly Link[] {
		return this.#links;
	}

	get netifdInterfaces(): readonly string[] {
		return [...(this.#interfaces?.keys() ?? [])];
	}

	setUplinks(uplinks: readonly Uplink[]): void {
		this.#uplinks = uplinks;
		this.#tellSoon();
	}

	/** Ends when the kernel's devices are known. Throws SystemError, rejects with NetlinkError when the kernel does not tell. */
	async start(): Promise<void> {
		this.#kernel = new KernelEvents(
			(message) => this.#takeMessage(message),
			() => void this.#readKernelAgain(),
		);
		const { bus } = this.#options;
		const subscription = bus.subscribe("network.interface", {
			subscribed: () => void this.#readNetifd(),
			notify: (type, data) => this.#takeNotification(type, data),
			gone: () => this.#options.log("notice", "netifd is away; what it said last stays true"),
		});
		this.#closers.push(() => subscription.close());
		await this.#readKernel();
	}

	close(): void {
		this.#closed = true;
		this.#kernel?.close();
		for (const close of this.#closers) close();
		this.#closers = [];
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	async #readKernel(): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const table = new DeviceTable();
			const before = this.#kernelEvents;
			const take = (payload: Uint8Array, type: number): void => void table.take(type, payload);
			const whole = [
				await dump(NETLINK_ROUTE, RTM_GETLINK, buildLinkDump(), "read the network devices", take),
				await dump(NETLINK_ROUTE, RTM_GETADDR, buildAddressDump(), "read the addresses", take),
			];
			// What changed meanwhile may have been told before the dump was made, or after.
			const undisturbed = !whole.includes(false) && this.#kernelEvents === before;
			if (!undisturbed && attempt < KERNEL_ATTEMPTS) continue;
			this.#devices = table;
			this.#tellSoon();
			return;
		}
	}

	async #readKernelAgain(): Promise<void> {
		try {
			await this.#readKernel();
		} catch (error) {
			this.#options.log("error", `devices and addresses cannot be read: ${error}`);
			if (!this.#closed) setTimeout(() => void this.#readKernelAgain(), RETRY_MS);
		}
	}

	async #readNetifd(): Promise<void> {
		try {
			const answer = await this.#options.bus.call(
				"network.interface",
				"dump",
				{},
				{ timeoutMs: DUMP_TIMEOUT_MS },
			);
			this.#interfaces = new Map(parseDump(answer).map((entry) => [entry.name, entry]));
			this.#tellSoon();
		} catch (error) {
			// Without ubusd or netifd the subscription brings us back here when they are there again.
			if (this.#closed || !this.#options.bus.connected) return;
			this.#options.log("warning", `netifd does not tell its interfaces: ${error}`);
			this.#readNetifdLater(RETRY_MS);
		}
	}

	#readNetifdLater(delayMs: number): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#timer = null;
			void this.#readNetifd();
		}, delayMs);
	}

	#takeNotification(type: string, data: BlobTable): void {
		if (!type.startsWith("interface.")) return;
		const entry = parseInterface(data);
		if (entry === null || this.#interfaces === null) return;
		const down = type === "interface.down" ? { ...entry, up: false } : entry;
		this.#interfaces = new Map(this.#interfaces).set(entry.name, down);
		this.#tellSoon();
		this.#readNetifdLater(SETTLE_MS);
	}

	#takeMessage({ type, payload }: NetlinkMessage): void {
		if (type === RTM_NEWNEIGH) {
			this.#takeNeighbour(payload);
			return;
		}
		this.#kernelEvents++;
		if (this.#devices?.take(type, payload)) this.#tellSoon();
	}

	#takeNeighbour(payload: Uint8Array): void {
		const failed = parseFailedNeighbour(payload);
		if (failed === null) return;
		for (const { uplink, family, ifindex, gateway } of this.#links) {
			if (ifindex !== failed.ifindex || gateway !== failed.address) continue;
			const how = family === 4 ? "ARP" : "neighbour discovery";
			this.#options.onEvidence({ uplink, family, reason: `the gateway does not answer ${how}` });
		}
	}

	/** One call for everything that came in this turn of the loop, and none when nothing changed for us. */
	#tellSoon(): void {
		if (this.#telling) return;
		this.#telling = true;
		queueMicrotask(() => {
			this.#telling = false;
			if (!this.#closed) this.#tell();
		});
	}

	#tell(): void {
		if (this.#interfaces === null || this.#devices === null) return;
		const links = buildLinks(this.#uplinks, this.#interfaces, this.#devices);
		const devices = buildInterfaceDevices(this.#interfaces);
		const tunnels = buildTunnels(this.#uplinks, this.#interfaces);
		const text = JSON.stringify([links, [...devices], tunnels]);
		if (text === this.#told) return;
		this.#told = text;
		this.#links = links;
		this.#options.onLinks(links, devices, tunnels);
	}
}
