import { readFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import type { BlobTable, BlobValue } from "ubus-js/codec";
import { firewallConfig, networkConfig, polywanConfig } from "./config.ts";
import { Host } from "./host.ts";
import { Internet } from "./internet.ts";
import { Namespaces } from "./namespaces.ts";
import { bootOpenwrt, findOpenwrtRoot, installByOpkg } from "./openwrt-root.ts";
import { listProcesses } from "./process-list.ts";
import { Router } from "./router.ts";
import { sweep } from "./sweep.ts";
import { until } from "./until.ts";
import { Uplink, type UplinkSpec } from "./uplink.ts";
import {
	bootMs,
	bootStandIns,
	builtPackages,
	installBuild,
	installPackages,
	installStandIns,
} from "./userland.ts";

export interface SiteSpec {
	/** By name; the order gives index, device (eth1, eth2, …) and addresses. Default: wan and wanb. */
	uplinks?: Record<string, UplinkSpec>;
	lan?: { hosts?: number };
	/** "none": no ubus, netifd and so on; the lab sets addresses and routes itself. Default "openwrt". */
	userland?: "openwrt" | "none";
	/** Default "nftables" (fw4's way); "iptables": chains like fw3's. */
	firewall?: "nftables" | "iptables";
	/** Starts rpcd and uhttpd too. */
	web?: boolean;
	/** Starts polywan. It is installed in any case, where it has been built. */
	daemon?: boolean;
	/** From dist/x86_64 and rootfs-overlay, or from dist/ipk. Default "build". */
	install?: "build" | "ipk";
	/** /etc/config/polywan; left out: all uplinks in one policy. */
	config?: string;
	/** More files of the router: path → text. Written before anything starts. */
	files?: Record<string, string>;
}

let sitesMade = 0;

/**
 * A house with a router, its uplinks, and the Internet:
 *
 *     const site = await Site.build({ uplinks: { wan: {}, wanb: { delayMs: 40 } }, daemon: true });
 *     await site.uplink("wan").blackhole();
 *     await site.host(0).mustRun(["curl", `http://${server(1).ipv4}/`]);
 *     await site.close();
 */
export class Site {
	readonly name: string;
	readonly router: Router;
	readonly internet: Internet;
	readonly uplinks: readonly Uplink[];
	readonly hosts: readonly Host[];
	readonly #outside: Namespaces;
	/** The router's root file system is a real OpenWrt one. */
	#isOpenwrt = false;

	private constructor(name: string, outside: Namespaces, router: Router, spec: SiteSpec) {
		const uplinks = Object.entries(spec.uplinks ?? { wan: {}, wanb: {} });
		this.name = name;
		this.#outside = outside;
		this.router = router;
		this.internet = new Internet(outside.network(0));
		this.uplinks = uplinks.map(
			([uplink, options], i) => new Uplink(uplink, i + 1, options, outside.network(i + 1), this.internet),
		);
		this.hosts = Array.from(
			{ length: spec.lan?.hosts ?? 1 },
			(_, i) => new Host(outside.network(1 + uplinks.length + i), i),
		);
	}

	/** Builds the whole site; it ends with close(), or with this process. Needs root. */
	static async build(spec: SiteSpec = {}): Promise<Site> {
		sweep();
		sitesMade += 1;
		const name = `pwlab${process.pid}-${threadId}-${sitesMade}`;
		const networks = 1 + Object.keys(spec.uplinks ?? { wan: {}, wanb: {} }).length + (spec.lan?.hosts ?? 1);
		const openwrtRoot = spec.userland === "none" ? null : findOpenwrtRoot();
		const [outside, router] = await Promise.all([
			Namespaces.hold(`${name}-outside`, "internet", networks),
			Router.make(`${name}-router`, openwrtRoot),
		]);
		const site = new Site(name, outside, router, openwrtRoot ? staticUplinks(spec) : spec);
		site.#isOpenwrt = openwrtRoot !== null;
		try {
			await site.#start(spec);
			return site;
		} catch (error) {
			const found = await site.#report(spec).catch((failure) => `no report: ${failure}`);
			await site.close();
			throw new Error(
				`the site cannot be built: ${error instanceof Error ? error.message : error}\n${found}`,
			);
		}
	}

	/** The uplink of that name. */
	uplink(name: string): Uplink {
		const found = this.uplinks.find((uplink) => uplink.name === name);
		if (!found) throw new Error(`the site has no uplink ${name}`);
		return found;
	}

	/** A LAN host, from 0. */
	host(index: number): Host {
		const found = this.hosts[index];
		if (!found) throw new Error(`the site has no LAN host ${index}`);
		return found;
	}

	/** First process of the namespaces of everything but the router. */
	get outsidePid(): number {
		return this.#outside.initPid;
	}

	/** Everything is gone when this is done. */
	async close(): Promise<void> {
		for (const uplink of this.uplinks) uplink.close();
		await Promise.all([this.router.close(), this.#outside.close()]);
	}

	/** What is to be known of a site that did not come up. */
	async #report(spec: SiteSpec): Promise<string> {
		const { router } = this;
		const links = await router.run(["ip", "-br", "address"], { timeoutMs: 5000 });
		return [
			`--- load ${readFileSync("/proc/loadavg", "utf8").trim()}`,
			spec.userland === "none" ? "" : router.logs(),
			`--- processes of the router\n${listProcesses(router.namespaces.initPid)}`,
			`--- addresses of the router\n${links.stdout}${links.stderr}`,
		].join("\n");
	}

	async #start(spec: SiteSpec): Promise<void> {
		const { router } = this;
		await Promise.all([
			...this.uplinks.map((uplink) => uplink.start(router.network)),
			...this.hosts.map((host, i) => host.start(router.network, `lan${i + 1}`)),
		]);
		const ports = this.hosts.map((_, i) => `lan${i + 1}`);
		await Promise.all([
			this.internet.start(this.uplinks.length),
			spec.userland === "none" ? router.configureBare(ports, this.uplinks) : this.#boot(spec, ports),
		]);
	}

	async #boot(spec: SiteSpec, ports: readonly string[]): Promise<void> {
		const { router, uplinks } = this;
		const network = networkConfig(ports, uplinks);
		router.writeFile("/etc/config/network", network);
		router.writeFile("/etc/config/firewall", firewallConfig(uplinks));
		for (const [path, text] of Object.entries(spec.files ?? {})) router.writeFile(path, text);
		const services = ["log", "firewall", "network", ...(spec.web ? ["rpcd", "uhttpd"] : [])];
		if (this.#isOpenwrt) {
			for (const uplink of uplinks)
				uplink.onLease = () => router.setConfig("network", networkConfig(ports, uplinks));
			await bootOpenwrt(router, services);
		} else {
			installStandIns(router);
			if (spec.firewall === "iptables") router.writeFile("/etc/lab-firewall", "iptables\n");
			for (const uplink of uplinks) {
				router.writeLease(uplink);
				uplink.onLease = async () => router.writeLease(uplink);
			}
			await bootStandIns(router, services);
		}
		const count = network.match(/^config interface/gm)?.length;
		await until(
			"every interface of the router is up",
			async () => {
				const { interface: all } = await router.ubus("network.interface", "dump");
				const known = Array.isArray(all) ? all.filter(isTable) : [];
				const down = known.filter(({ up }) => !up).map((entry) => entry.interface);
				if (known.length !== count || down.length > 0)
					throw new Error(`${known.length} of ${count} are known; down: ${down.join(", ")}`);
				return (await router.bus.list("network.interface.*")).length === count;
			},
			{ timeoutMs: bootMs },
		);
		await this.#installPolywan(spec);
	}

	async #installPolywan(spec: SiteSpec): Promise<void> {
		const { router } = this;
		const config = spec.config ?? polywanConfig(this.uplinks);
		const asPackage = this.#isOpenwrt || spec.install === "ipk";
		if (asPackage && !spec.daemon && builtPackages().length === 0) return;
		// Written before, as a package manager leaves a configuration that is there alone and a postinst starts the daemon.
		if (asPackage) router.writeFile("/etc/config/polywan", config);
		if (this.#isOpenwrt) await installByOpkg(router);
		else if (asPackage) await installPackages(router);
		else if (!(await installBuild(router, config)) && spec.daemon)
			throw new Error("dist/x86_64 has no polywan; make it with: npm run build");
		const script = "/etc/init.d/polywan";
		if (spec.daemon) {
			// Says at once what keeps it from starting, such as a runtime of another build.
			await router.mustRun(["polywan", "version"]);
			await router.mustRun(["sh", "-c", `${script} enable; ${script} start`]);
			await until("polywan is on the bus", async () => (await router.bus.list("polywan")).length > 0, {
				timeoutMs: bootMs,
			});
		} else if (asPackage) await router.run(["sh", "-c", `${script} disable; ${script} stop`]);
	}
}

/** A real netifd would ask for a lease where there is no DHCP server. */
function staticUplinks(spec: SiteSpec): SiteSpec {
	const uplinks = Object.entries(spec.uplinks ?? { wan: {}, wanb: {} });
	return {
		...spec,
		uplinks: Object.fromEntries(
			uplinks.map(([name, uplink]) => [
				name,
				{ ...uplink, proto: "static", forceLink: uplink.proto === "static" },
			]),
		),
	};
}

function isTable(value: BlobValue): value is BlobTable {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
