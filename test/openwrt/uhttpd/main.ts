// uhttpd for the lab: uhttpd -p [addr:]port -h docroot [-u /ubus] [-x /cgi-bin] …
import { realpathSync } from "node:fs";
import { UbusConnection } from "ubus-js/bus";
import { connectUnix } from "../node-transport.ts";
import { RpcBus } from "./rpc-bus.ts";
import { createHttpServer } from "./server.ts";
import { parseSettings, type Settings } from "./settings.ts";

function readSettings(): Settings {
	try {
		const settings = parseSettings(process.argv.slice(2));
		return { ...settings, docroot: realpathSync(settings.docroot) };
	} catch (error) {
		console.error(`uhttpd: ${error instanceof Error ? error.message : String(error)}`);
		process.exit(1);
	}
}

const settings = readSettings();
const connection = new UbusConnection(connectUnix(settings.ubusSocket));
const bus =
	settings.ubusPrefix === null ? null : new RpcBus(connection, settings.unchecked, settings.scriptTimeoutMs);
if (bus !== null) connection.start();
const servers = settings.listeners.map(({ host, port }) => {
	const server = createHttpServer(settings, bus);
	server.on("error", (error) => {
		console.error(`uhttpd: cannot listen on ${host} port ${port}: ${error.message}`);
		process.exit(1);
	});
	// [::] and 0.0.0.0 are two listeners on OpenWrt.
	server.listen({ host, port, ipv6Only: host.includes(":") });
	return server;
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);

function stop(): void {
	connection.close();
	for (const server of servers) {
		server.close();
		server.closeAllConnections();
	}
}
