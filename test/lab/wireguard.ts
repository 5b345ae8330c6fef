import type { ChildProcess } from "node:child_process";
import { mustRun } from "./command.ts";
import type { NetworkNamespace } from "./namespaces.ts";
import type { Site } from "./site.ts";
import { until } from "./until.ts";

const PORT = 51_820;

type Commands = Pick<NetworkNamespace, "run" | "mustRun" | "spawn">;

/** A WireGuard tunnel from the router to a server on the Internet: wireguard-go, as this kernel may have no WireGuard. */
export class WireguardTunnel {
	readonly children: readonly ChildProcess[];
	readonly #internet: Commands;
	readonly #farDevice: string;

	private constructor(children: readonly ChildProcess[], internet: Commands, farDevice: string) {
		this.children = children;
		this.#internet = internet;
		this.#farDevice = farDevice;
	}

	/** @param ends addresses of both ends inside the tunnel, and of the server outside */
	static async build(
		site: Site,
		device: string,
		ends: { near: string; far: string; server: string },
	): Promise<WireguardTunnel> {
		const { router } = site;
		const internet = site.internet.network;
		// Control sockets are on the machine's own file system.
		const farDevice = `far${process.pid}`;
		const children = [await startDevice(internet, farDevice), await startDevice(router, device)];
		const [nearKey, farKey] = [await makeKeys(), await makeKeys()];
		const far = `[Interface]\nPrivateKey=${farKey.secret}\nListenPort=${PORT}\n[Peer]\nPublicKey=${nearKey.open}\nAllowedIPs=${ends.near}/32\n`;
		const near = `[Interface]\nPrivateKey=${nearKey.secret}\n[Peer]\nPublicKey=${farKey.open}\nAllowedIPs=0.0.0.0/0\nEndpoint=${ends.server}:${PORT}\nPersistentKeepalive=1\n`;
		await configure(internet, farDevice, far);
		await configure(router, device, near);
		await internet.mustRun(["ip", "link", "set", farDevice, "up"]);
		await internet.mustRun(["ip", "addr", "add", `${ends.far}/24`, "dev", farDevice]);
		return new WireguardTunnel(children, internet, farDevice);
	}

	/** The address that the far end hears the near one from. */
	async heardFrom(): Promise<string> {
		const text = await this.#internet.mustRun(["wg", "show", this.#farDevice, "endpoints"]);
		return /\t([0-9.]+):/.exec(text)?.[1] ?? "";
	}
}

async function startDevice(where: Commands, device: string): Promise<ChildProcess> {
	const child = where.spawn(["wireguard-go", "-f", device], { stdio: "ignore" });
	const ready = async () => (await where.run(["wg", "show", device])).code === 0;
	await until(`${device} is there`, ready, { timeoutMs: 10_000 });
	return child;
}

/** wg opens its input by name, which a socket, as Node gives it, cannot be. */
async function configure(where: Commands, device: string, input: string): Promise<void> {
	await where.mustRun(["sh", "-c", 'cat | wg setconf "$0" /dev/stdin', device], { input });
}

async function makeKeys(): Promise<{ secret: string; open: string }> {
	const secret = (await mustRun(["wg", "genkey"])).trim();
	return { secret, open: (await mustRun(["wg", "pubkey"], { input: `${secret}\n` })).trim() };
}
