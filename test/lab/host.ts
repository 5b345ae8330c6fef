import type { ChildProcess } from "node:child_process";
import { lan, type Pair } from "./addresses.ts";
import type { RunOptions, RunResult, SpawnOptions } from "./command.ts";
import type { NetworkNamespace } from "./namespaces.ts";
import { cableIndex } from "./uplink.ts";

/** A computer in the LAN. */
export class Host {
	readonly network: NetworkNamespace;
	readonly addresses: Pair;

	constructor(network: NetworkNamespace, index: number) {
		this.network = network;
		this.addresses = lan.host(index);
	}

	/** @param port the router's end of the cable, made by this */
	async start(router: NetworkNamespace, port: string): Promise<void> {
		await this.network.sysctl(["net/ipv6/conf/all/disable_ipv6=0", "net/ipv6/conf/default/disable_ipv6=0"]);
		await this.network.ip([
			`link add eth0 index ${cableIndex} type veth peer name ${port} netns ${router.path}`,
			"link set eth0 up",
			`addr add ${this.addresses.ipv4}/24 dev eth0`,
			`addr add ${this.addresses.ipv6}/64 dev eth0 nodad`,
			`route add default via ${lan.router.ipv4}`,
			`route add ::/0 via ${lan.router.ipv6}`,
		]);
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
}
