// ubusd for the lab: ubusd [-s socket]
import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { defaultUbusSocket } from "../node-transport.ts";
import { Broker } from "./broker.ts";

const { values } = parseArgs({
	options: {
		s: { type: "string", short: "s", default: defaultUbusSocket },
		A: { type: "string", short: "A" },
	},
});
const path = values.s;
const broker = new Broker();
const server = createServer((socket) => broker.accept(socket));

mkdirSync(dirname(path), { recursive: true });
rmSync(path, { force: true });
server.on("error", (error) => {
	console.error(`ubusd: cannot listen on ${path}: ${error.message}`);
	process.exit(255);
});
process.umask(0o111);
server.listen(path);
process.on("SIGHUP", () => {});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);

function stop(): void {
	server.close();
	broker.close();
	rmSync(path, { force: true });
}
