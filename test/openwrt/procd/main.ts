// procd's part in the lab: the ubus object `service` for init scripts, and their triggers.
import { mkdirSync } from "node:fs";
import { UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { connectUnix } from "../node-transport.ts";
import { isTable } from "./config.ts";
import { Services } from "./services.ts";

process.title = "procd";
mkdirSync("/tmp/log", { recursive: true });

const bus = new UbusConnection(connectUnix(), {
	minBackoffMs: 20,
	onError: (error, attempted) => console.error(`procd: ${attempted}: ${error}`),
});
const services = new Services((event, data) => object.notify(event, data));

function nameOf(args: BlobTable, field = "name"): string {
	const name = args[field];
	if (typeof name !== "string" || name === "")
		throw new UbusError(ubusStatus.invalidArgument, `read ${field}`);
	return name;
}

function optional(value: unknown): string | undefined {
	return typeof value === "string" ? value : undefined;
}

function must(found: boolean, attempted: string): void {
	if (!found) throw new UbusError(ubusStatus.notFound, attempted);
}

const description = {
	name: "string",
	script: "string",
	instances: "table",
	triggers: "array",
	validate: "array",
	autostart: "bool",
	data: "table",
} as const;

const object = bus.publish("service", {
	set: { args: description, call: (args) => services.set(nameOf(args), args) },
	add: { args: description, call: (args) => services.set(nameOf(args), args, true) },
	list: {
		args: { name: "string", verbose: "bool" },
		call: ({ name, verbose }) => services.list(optional(name), Boolean(verbose)),
	},
	delete: {
		args: { name: "string", instance: "string" },
		call: (args) => must(services.delete(nameOf(args), optional(args.instance)), `delete ${args.name}`),
	},
	signal: {
		args: { name: "string", instance: "string", signal: "int32" },
		call: (args) => {
			const signal = typeof args.signal === "number" ? args.signal : 1;
			must(services.signal(nameOf(args), optional(args.instance), signal), `signal ${args.name}`);
		},
	},
	event: {
		args: { type: "string", data: "table" },
		call: (args) => services.event(nameOf(args, "type"), isTable(args.data) ? args.data : {}),
	},
	state: {
		args: { spawn: "bool", name: "string", instance: "string" },
		call: (args) => {
			const spawn = args.spawn === undefined || Boolean(args.spawn);
			must(services.setRunning(nameOf(args), optional(args.instance), spawn), `find ${args.name}`);
		},
	},
});

// Interface triggers follow netifd's notifications, as procd's own watch does.
bus.subscribe("network.interface", { notify: (type, data) => services.event(type, data) });
bus.start();
