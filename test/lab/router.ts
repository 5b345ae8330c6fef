import type { ChildProcess } from "node:child_process";
import { renameSync } from "node:fs";
import { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { connectUnix, defaultUbusSocket } from "../openwrt/node-transport.ts";
import { lan } from "./addresses.ts";
import type { RunOptions, RunResult, SpawnOptions } from "./command.ts";
import { Namespaces, type NetworkNamespace } from "./namespaces.ts";
import { openwrtShown } from "./openwrt-root.ts";
import { mountOpenwrtRoot, mountStandInRoot } from "./root-file-system.ts";
import { readInRoot, resolveInRoot, writeInRoot } from "./root-path.ts";
import type { Uplink } from "./uplink.ts";

/** The router: an OpenWrt-like root file system of its own in its own namespaces. */
export class Router {
	readonly namespaces: Namespaces;
	readonly network: NetworkNamespace;
	#bus: UbusConnection | null = null;

	private constructor(namespaces: Namespaces) {
		this.namespaces = namespaces;
		this.network = namespaces.network(0);
	}

	/**
	 * @param name unique on this machine, starting with pwlab<pid>
	 * @param openwrtRoot a real OpenWrt root file system; null: the stand-in
	 */
	static async make(name: string, openwrtRoot: string | null): Promise<Router> {
		const router = new Router(await Namespaces.hold(name, "OpenWrt", 1));
		if (openwrtRoot) await mountOpenwrtRoot(router.network, openwrtRoot, openwrtShown);
		else await mountStandInRoot(router.network);
		await router.network.sysctl(kernelSettings);
		return router;
	}

	run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
		return this.network.run(argv, options);
	}

	/** As run; an exit code other than 0 rejects. Gives stdout. */
	mustRun(argv: readonly string[], options?: RunOptions): Promise<string> {
		return this.network.mustRun(argv, options);
	}

	spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess {
		return this.network.spawn(argv, options);
	}

	/** The router's own root directory, from outside. Symbolic links in it lead astray: see readFile and writeFile. */
	get rootPath(): string {
		return `/proc/${this.namespaces.initPid}/root`;
	}

	readFile(path: string): string {
		return readInRoot(this.rootPath, path);
	}

	writeFile(path: string, text: string | Uint8Array, mode = 0o644): void {
		writeInRoot(this.rootPath, path, text, mode);
	}

	/** A connection to the router's ubusd, from outside. */
	get bus(): UbusConnection {
		if (!this.#bus) {
			this.#bus = new UbusConnection(
				(events) => connectUnix(resolveInRoot(this.rootPath, defaultUbusSocket))(events),
				{ minBackoffMs: 10, maxBackoffMs: 200 },
			);
			this.#bus.start();
		}
		return this.#bus;
	}

	ubus(object: string, method: string, args: BlobTable = {}): Promise<BlobTable> {
		return this.bus.call(object, method, args);
	}

	/** Writes /etc/config/<name> and tells procd of it (`reload_config`). */
	async setConfig(name: string, text: string): Promise<void> {
		this.writeFile(`/etc/config/${name}`, text);
		await this.mustRun(["reload_config"]);
	}

	/** What the ISP of this uplink would answer to DHCP and DHCPv6. */
	writeLease(uplink: Uplink): void {
		for (const device of new Set([uplink.device, uplink.l3Device])) {
			const path = `/tmp/lab/lease/${device}`;
			this.writeFile(`${path}.new`, JSON.stringify(uplink.lease));
			renameSync(resolveInRoot(this.rootPath, `${path}.new`), resolveInRoot(this.rootPath, `${path}.json`));
		}
	}

	/** What the daemons of the router printed. */
	logs(): string {
		return ["messages", "boot.log", "procd.log", "ubusd.log"]
			.map((name) => {
				try {
					return `--- ${name}\n${this.readFile(`/tmp/log/${name}`)}`;
				} catch {
					return "";
				}
			})
			.join("");
	}

	/** Without any userland: addresses, default routes with metrics, masquerading; for tests of the lab itself. */
	async configureBare(ports: readonly string[], uplinks: readonly Uplink[]): Promise<void> {
		const lines = ["link add br-lan type bridge", "link set br-lan up"];
		for (const port of ports) lines.push(`link set ${port} master br-lan up`);
		lines.push(
			`addr add ${lan.router.ipv4}/24 dev br-lan`,
			`addr add ${lan.router.ipv6}/64 dev br-lan nodad`,
		);
		for (const { device, index, lease } of uplinks) {
			const metric = index * 10;
			lines.push(
				`link set ${device} up`,
				`addr add ${lease.ipv4.address}/${lease.ipv4.mask} dev ${device}`,
				`route add default via ${lease.ipv4.gateway} dev ${device} metric ${metric}`,
			);
			if (!lease.ipv6) continue;
			lines.push(
				`addr add ${lease.ipv6.address}/${lease.ipv6.mask} dev ${device} nodad`,
				`route add ::/0 via ${lease.ipv6.gateway} dev ${device} metric ${metric}`,
			);
		}
		await this.network.ip(lines);
		const devices = uplinks.map(({ device }) => `"${device}"`).join(", ");
		await this.network.mustRun(["nft", "-f", "-"], {
			input: `table inet bare {
chain srcnat {
type nat hook postrouting priority srcnat
oifname { ${devices} } masquerade
}
}
`,
		});
	}

	close(): Promise<void> {
		this.#bus?.close();
		return this.namespaces.close();
	}
}

/** As OpenWrt's /etc/sysctl.d sets them. */
const kernelSettings = [
	"net/ipv6/conf/all/disable_ipv6=0",
	"net/ipv6/conf/default/disable_ipv6=0",
	"net/ipv4/ip_forward=1",
	"net/ipv6/conf/default/forwarding=1",
	"net/ipv6/conf/all/forwarding=1",
	"net/ipv4/conf/all/rp_filter=0",
	"net/ipv4/conf/default/rp_filter=0",
	"net/ipv4/conf/all/arp_ignore=1",
	"net/ipv4/conf/default/arp_ignore=1",
];
