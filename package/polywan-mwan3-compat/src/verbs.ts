import { VERSION } from "polywan/version";
import { wallMs } from "polywan-runtime/clock";
import { replaceProgram } from "polywan-runtime/exec";
import { spawn } from "polywan-runtime/process";
import { writeStderr, writeStdout } from "polywan-runtime/program";
import { UbusError } from "ubus-js/bus";
import { connectBus, readConnected, readFacts } from "./bus.ts";
import { buildInterfaces, type Facts, type Interface } from "./interface.ts";
import { HELP, renderConnected, renderInterfaces, renderPolicies, renderRules } from "./report.ts";

const INIT_SCRIPT = "/etc/init.d/polywan";
const POLYWAN = "/usr/sbin/polywan";
const LINE = "-------------------------------------------------";

/** Runs one of mwan3's verbs and gives its exit code. */
export async function runVerb([verb = "", ...rest]: readonly string[]): Promise<number> {
	try {
		return await (VERBS[verb] ?? showHelp)(rest);
	} catch (error) {
		if (!(error instanceof UbusError)) throw error;
		writeStderr("mwan3: polywan does not run; start it with: mwan3 start\n");
		return 1;
	}
}

type Run = (rest: readonly string[]) => Promise<number>;

const VERBS: Readonly<Record<string, Run>> = {
	start: () => callInit("enable", "start"),
	stop: () => callInit("disable", "stop"),
	restart: () => callInit("restart"),
	ifup: (rest) => wish("ifup", rest, "auto"),
	ifdown: (rest) => wish("ifdown", rest, "down"),
	interfaces: async () => show(renderInterfaces(await facts(), wallMs())),
	policies: async () => show(renderPolicies(await facts())),
	connected: async () => show(renderConnected(await readConnected())),
	rules: async () => show(renderRules(await facts())),
	status: async () => {
		const known = await facts();
		const connected = renderConnected(await readConnected());
		return show(renderInterfaces(known, wallMs()) + renderPolicies(known) + connected + renderRules(known));
	},
	internal: ([version]) => showInternal(version === "ipv6" ? 6 : 4),
	use: ([name, ...command]) => use(name, command),
	version: async () => show(`polywan-mwan3-compat ${VERSION}\n`),
};

async function showHelp(): Promise<number> {
	return show(HELP);
}

function show(text: string): number {
	writeStdout(text);
	return 0;
}

async function facts(): Promise<Facts> {
	const bus = connectBus();
	bus.start();
	try {
		return await readFacts(bus);
	} finally {
		bus.close();
	}
}

async function callInit(...actions: readonly string[]): Promise<number> {
	for (const action of actions) {
		const { exitCode } = await spawn([INIT_SCRIPT, action], { output: "inherit" }).done;
		// `start` of a service that is told to start answers 0; enabling twice is no failure.
		if (exitCode !== 0 && action !== "enable" && action !== "disable") return exitCode ?? 1;
	}
	return 0;
}

/** mwan3 answers 0 to a wrong number of arguments. */
async function wish(verb: string, rest: readonly string[], action: "auto" | "down"): Promise<number> {
	const [name] = rest;
	if (name === undefined) return show(`Error: Expecting interface. Usage: mwan3 ${verb} <interface>\n`);
	if (rest.length > 1) return show(`Error: Too many arguments. Usage: mwan3 ${verb} <interface>\n`);
	const found = await findInterface(name);
	if (found === null) return 1;
	const bus = connectBus();
	bus.start();
	try {
		await bus.call("polywan", "uplink", { name: found.uplink, action });
		return 0;
	} finally {
		bus.close();
	}
}

async function findInterface(name: string): Promise<Interface | null> {
	const found = buildInterfaces(await facts()).find((entry) => entry.name === name || entry.uplink === name);
	if (found === undefined) writeStderr(`mwan3: no uplink of polywan has an interface ${name}\n`);
	return found ?? null;
}

/** Runs a command over an interface; its exit code is the command's. */
async function use(name: string | undefined, command: readonly string[]): Promise<number> {
	if (name === undefined || command.length === 0)
		return show("Error: Expecting interface and command. Usage: mwan3 use <interface> <command>\n");
	const found = await findInterface(name);
	if (found === null) return 1;
	const env = {
		DEVICE: found.device,
		SRCIP: found.sourceAddress,
		FWMARK: found.mark,
		FAMILY: `ipv${found.family}`,
	};
	return replaceProgram([POLYWAN, "use", found.uplink, ...command], { env });
}

async function showInternal(family: 4 | 6): Promise<number> {
	const { status, model } = await facts();
	const tables = status.uplinks.map(({ table }) => String(table));
	const commands = [
		["ip", `-${family}`, "address", "show"],
		["ip", `-${family}`, "route", "show"],
		["ip", `-${family}`, "rule", "show"],
		...[String(model.globals.tableBase), ...tables].map((table) => [
			"ip",
			`-${family}`,
			"route",
			"show",
			"table",
			table,
		]),
		...firewallCommands(status.firewall, family),
	];
	writeStdout(`Software-Version\n${LINE}\npolywan - ${status.version}\n\n`);
	for (const command of commands) {
		writeStdout(`Output of "${command.join(" ")}"\n${LINE}\n`);
		await spawn(command, { output: "inherit" }).done;
		writeStdout("\n");
	}
	return 0;
}

function firewallCommands(firewall: string, family: 4 | 6): readonly (readonly string[])[] {
	if (firewall === "nftables") return [["nft", "list", "table", "inet", "polywan"]];
	const program = family === 4 ? "iptables" : "ip6tables";
	return firewall === "iptables" ? [[program, "-t", "mangle", "-w", "-L", "-v", "-n"]] : [];
}
