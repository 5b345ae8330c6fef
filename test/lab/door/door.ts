import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { root } from "../namespaces.ts";
import { resolveInRoot } from "../root-path.ts";
import type { Router } from "../router.ts";
import { until } from "../until.ts";

/** A port of the machine's loopback that leads to a port of a router, for a browser outside the lab. */
export class Door {
	readonly port: number;
	readonly #server: Server;

	private constructor(server: Server, port: number) {
		this.#server = server;
		this.port = port;
	}

	/** @param wishedPort taken when it is free, else any */
	static async open(router: Router, routerPort: number, wishedPort: number): Promise<Door> {
		const socket = "/tmp/lab/door.sock";
		router.spawn([process.execPath, join(root, "dist/lab/door.mjs"), socket, String(routerPort)], {
			stdio: ["ignore", "ignore", "inherit"],
		});
		const path = resolveInRoot(router.rootPath, socket);
		await until("the door is open", () => canConnect(path));
		const server = createServer((outside) => {
			const inside = connect(path);
			outside.pipe(inside).pipe(outside);
			outside.on("error", () => inside.destroy());
			inside.on("error", () => outside.destroy());
		});
		const port = await listen(server, wishedPort).catch(() => listen(server, 0));
		return new Door(server, port);
	}

	close(): void {
		this.#server.close();
	}
}

function canConnect(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path, () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, "127.0.0.1", () => {
			const address = server.address();
			resolve(typeof address === "object" && address !== null ? address.port : port);
		});
	});
}
