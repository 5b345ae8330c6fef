import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { buildPki } from "../pki.ts";
import { ispNetworks, publicResolvers, server, serverCount } from "./addresses.ts";
import { firstLine, type NetworkNamespace, root } from "./namespaces.ts";

/** The servers behind every ISP, and the way back to each. */
export class Internet {
	readonly network: NetworkNamespace;
	#servers: ChildProcess | null = null;

	constructor(network: NetworkNamespace) {
		this.network = network;
	}

	/** @param uplinkCount uplinks 1…n, each with a tun device isp<i> here already */
	async start(uplinkCount: number): Promise<void> {
		const addresses = serverAddresses();
		const lines = addresses.map(
			(address) => `addr add ${address}/${address.includes(":") ? 128 : 32} dev lo`,
		);
		for (let index = 1; index <= uplinkCount; index++)
			lines.push(`link set isp${index} up txqueuelen 5000`, ...this.#routes(index, 0));
		await this.network.sysctl(["net/ipv6/conf/all/disable_ipv6=0", "net/ipv4/ip_forward=1"]);
		await this.network.ip(lines);
		this.#servers = this.network.spawn([
			process.execPath,
			join(root, "dist/lab/servers.mjs"),
			buildPki(),
			...addresses,
		]);
		await firstLine(this.#servers, "the lab's servers");
	}

	/** Routes what uplink `index` has after its renumbering. */
	async routeGeneration(index: number, generation: number): Promise<void> {
		await this.network.ip(this.#routes(index, generation));
	}

	#routes(index: number, generation: number): string[] {
		const { ipv4, ipv6 } = ispNetworks(index, generation);
		return [`route replace ${ipv4} dev isp${index}`, `route replace ${ipv6} dev isp${index}`];
	}
}

function serverAddresses(): string[] {
	const own = Array.from({ length: serverCount }, (_, i) => server(i + 1));
	return [...own.map(({ ipv4 }) => ipv4), ...own.map(({ ipv6 }) => ipv6), ...publicResolvers];
}
