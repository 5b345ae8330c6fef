// rpcd's part in the lab: sessions, configuration and files over ubus. rpcd [-s socket]
import { parseArgs } from "node:util";
import { UbusConnection } from "ubus-js/bus";
import { connectUnix, defaultUbusSocket } from "../node-transport.ts";
import { ROUTER_PATHS } from "./paths.ts";
import { startRpcd } from "./program.ts";

process.title = "rpcd";
process.umask(0o077);

const { values } = parseArgs({
	options: {
		s: { type: "string", short: "s", default: defaultUbusSocket },
		t: { type: "string", short: "t" },
	},
});
const bus = new UbusConnection(connectUnix(values.s), {
	minBackoffMs: 20,
	onError: (error, attempted) => console.error(`rpcd: ${attempted}: ${error}`),
});
const rpcd = startRpcd(bus, ROUTER_PATHS);

bus.start();
process.on("SIGHUP", () => rpcd.hangUp());
for (const signal of ["SIGTERM", "SIGINT"] as const) {
	process.on(signal, () => {
		rpcd.stop();
		process.exit(0);
	});
}
