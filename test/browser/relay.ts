import { createServer, type Server } from "node:net";
import type { Host } from "../lab/host.ts";

/**
 * Brings the lab's router to this machine's loopback: each connection to the port goes through a program on a LAN host, so that
 * nothing of the lab leaves its namespaces.
 *
 * @param address of the router, as the LAN sees it
 */
export function relayFromLoopback(
	host: Host,
	address: string,
	port: number,
	loopbackPort: number,
): Promise<Server> {
	const server = createServer((client) => {
		const program = `const s = require("net").connect(${port}, ${JSON.stringify(address)});
			process.stdin.pipe(s).pipe(process.stdout); s.on("error", () => process.exit(1)); s.on("close", () => process.exit(0));`;
		const child = host.spawn([process.execPath, "-e", program], { stdio: ["pipe", "pipe", "ignore"] });
		const end = () => {
			client.destroy();
			child.kill("SIGTERM");
		};
		if (child.stdin) client.pipe(child.stdin).on("error", end);
		child.stdout?.pipe(client).on("error", end);
		client.on("error", end).on("close", end);
		child.on("error", end);
	});
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(loopbackPort, "127.0.0.1", () => resolve(server));
	});
}
