import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcBus } from "../../openwrt/uhttpd/rpc-bus.ts";
import { createHttpServer } from "../../openwrt/uhttpd/server.ts";
import { parseSettings } from "../../openwrt/uhttpd/settings.ts";
import { TestBus } from "./bus.ts";

/** uhttpd's stand-in on a port of its own with an empty docroot and a bus; scripts have one second. */
export class TestWeb {
	readonly bus: TestBus;
	readonly root: string;
	readonly base: string;
	readonly #server: Server;

	private constructor(bus: TestBus, root: string, server: Server) {
		this.bus = bus;
		this.root = root;
		this.#server = server;
		this.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	static async start(): Promise<TestWeb> {
		const bus = await TestBus.start();
		const root = mkdtempSync(join(tmpdir(), "polywan-www-"));
		const settings = parseSettings(["-p", "127.0.0.1:0", "-h", root, "-u", "/ubus", "-t", "1"]);
		const server = createHttpServer(settings, new RpcBus(bus.connect(), false, settings.scriptTimeoutMs));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return new TestWeb(bus, root, server);
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		rmSync(this.root, { recursive: true });
		await this.bus.close();
	}
}
