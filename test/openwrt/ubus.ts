// The ubus program for the lab: what it prints and how it ends is what OpenWrt's own does, for scripts rely on it.
import { parseArgs } from "node:util";
import { UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import { connectUnix, defaultUbusSocket } from "./node-transport.ts";
import { monitorBus } from "./ubus/monitor.ts";
import { failed, type Outcome, type Settings, succeeded } from "./ubus/output.ts";
import { callObject, listObjects, sendEvent } from "./ubus/request.ts";
import { listenForEvents, subscribeToObjects, waitForObjects } from "./ubus/stay.ts";

type Command = (bus: UbusConnection, args: readonly string[], settings: Settings) => Promise<Outcome | null>;

/** null: called with wrong arguments. */
const commands: { readonly [name: string]: Command } = {
	list: listObjects,
	call: callObject,
	listen: listenForEvents,
	subscribe: subscribeToObjects,
	send: sendEvent,
	wait_for: waitForObjects,
	monitor: monitorBus,
};

const usage = `Usage: ubus [<options>] <command> [arguments...]
Options:
 -s <socket>:		Set the unix domain socket to connect to
 -t <timeout>:		Set the timeout (in seconds) for a command to complete
 -S:			Use simplified output (for scripts)
 -v:			More verbose output
 -m <type>:		(for monitor): include a specific message type
			(can be used more than once)
 -M <r|t>		(for monitor): only capture received or transmitted traffic

Commands:
 - list [<path>]			List objects
 - call <path> <method> [<message>]	Call an object method
 - subscribe <path> [<path>...]	Subscribe to object(s) notifications
 - listen [<path>...]			Listen for events
 - send <type> [<message>]		Send an event
 - wait_for <object> [<object>...]	Wait for multiple objects to appear on ubus
 - monitor				Monitor ubus traffic
`;

function readSettings(argv: string[]): { settings: Settings; words: string[] } | null {
	try {
		const { values, positionals } = parseArgs({
			args: argv,
			allowPositionals: true,
			options: {
				s: { type: "string", short: "s" },
				t: { type: "string", short: "t" },
				S: { type: "boolean", short: "S", default: false },
				v: { type: "boolean", short: "v", default: false },
				m: { type: "string", short: "m", multiple: true, default: [] },
				M: { type: "string", short: "M" },
			},
		});
		const timeoutS = values.t === undefined ? null : Number.parseInt(values.t, 10) || 0;
		const settings = {
			socket: values.s ?? defaultUbusSocket,
			timeoutS: timeoutS ?? 30,
			listenTimeoutS: timeoutS ?? 0,
			simple: values.S,
			verbose: values.v,
			monitorTypes: values.m,
			monitorDirection: values.M,
		};
		return { settings, words: positionals };
	} catch {
		return null;
	}
}

/** Rejects when ubusd is not there; `onLost` is called when it ends. */
function connect(settings: Settings, onLost: () => void): Promise<UbusConnection> {
	return new Promise((resolve, reject) => {
		const bus: UbusConnection = new UbusConnection(connectUnix(settings.socket), {
			onState: (state, error) => {
				if (state === "connected") return resolve(bus);
				bus.close();
				reject(error);
				onLost();
			},
		});
		bus.start();
	});
}

async function run(argv: string[]): Promise<Outcome> {
	const read = readSettings(argv);
	const [name, ...args] = read?.words ?? [];
	if (read === null || name === undefined) return { exitCode: 1, stderr: usage };
	const { settings } = read;
	// Whoever only listens ends well when ubusd does; a call outstanding has failed before this is due.
	let onLost = (): void => {};
	const lost = new Promise<Outcome>((resolve) => {
		onLost = () => setImmediate(resolve, succeeded);
	});
	const bus = await connect(settings, onLost).catch(() => null);
	if (bus === null) return { exitCode: -1, stderr: "Failed to connect to ubus" };
	const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
	try {
		const ended = command === undefined ? null : await Promise.race([command(bus, args, settings), lost]);
		return ended ?? { exitCode: -2, stderr: usage };
	} catch (error) {
		return failed(error instanceof UbusError ? error.code : ubusStatus.unknown);
	} finally {
		bus.close();
	}
}

const argv = process.argv.slice(2);
const { exitCode, stderr } = await run(argv);
const simple = readSettings(argv)?.settings.simple ?? false;
if (stderr !== undefined && (!simple || stderr === usage)) process.stderr.write(`${stderr}\n`);
process.exitCode = exitCode & 0xff;
