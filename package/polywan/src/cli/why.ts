import { familyOf, parseAddress, renderAddress } from "polywan-core/address";
import { parseValue } from "polywan-core/config/datatype";
import type { Family } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import { explain } from "polywan-core/why/explain";
import type { Packet } from "polywan-core/why/packet";
import { renderExplanation } from "polywan-core/why/render";
import { resolveName } from "polywan-runtime/resolve";
import { readState } from "../state-file.ts";
import { NoDaemonError } from "./daemon-client.ts";
import { readModel, readWhyNot } from "./model-in-force.ts";
import { print, printJson } from "./print.ts";
import { readRoute } from "./route-facts.ts";
import { readMembers } from "./set-members.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

/** What may stand for the source where the router itself sends. */
const ROUTER = ["router", "self", "me"];

export const whyVerb: Verb = {
	name: "why",
	usage: "<source> <destination> [proto] [port] [--in=<device>] [--source-port=<n>] [--json]",
	help: "which uplink a new connection takes, by which rule, and why",
	details: `The source is an address, or 'router' for the router's own traffic; the destination an address or a name. What is not
given is left open. --in says which device or uplink the packet comes in by; without it the kernel's route to the source does.
Goes by what is in force; connections that exist stay where they are. Signs: - passed, ? may match, * decided.
Examples: polywan why 192.168.1.20 203.0.113.5 tcp 443; polywan why router 203.0.113.5`,
	options: ["in=", "source-port=", "json"],
	mostArguments: 4,
	run: async (given) => {
		const state = readState();
		if (!state?.plan) throw new NoDaemonError("nothing is in force: the daemon has not run yet");
		const { plan } = state;
		const packet = await readPacket(given, plan);
		const members = await readMembers(plan, packet, state.firewall);
		const facts = { ...(await readRoute(packet.destination, plan)), members };
		const explanation = explain(plan, await readModel(), packet, facts, await readWhyNot());
		if (given.options.has("json")) printJson(explanation);
		else print(renderExplanation(explanation));
		return EXIT.ok;
	},
};

async function readPacket({ words, options }: Given, plan: Plan): Promise<Packet> {
	const [from, to, proto, port] = words;
	if (from === undefined || to === undefined) throw new UsageError("a source and a destination are needed");
	const source = ROUTER.includes(from) ? null : canonical(from, "source");
	const destination = await findDestination(to, source === null ? null : familyOf(source));
	const family = familyOf(destination);
	if (source !== null && familyOf(source) !== family)
		throw new UsageError(`${source} and ${destination} are of different IP versions`);
	const protocol = readProtocol(proto);
	return {
		family,
		source,
		destination,
		protocol,
		sourcePort: readPort(options.get("source-port")),
		destinationPort: readPort(port),
		incomingDevice: await findDevice(options.get("in"), source, plan, family),
	};
}

function canonical(text: string, what: string): string {
	const address = parseAddress(text);
	if (address === null) throw new UsageError(`the ${what} '${text}' is not an address`);
	return renderAddress(address);
}

/** An address as it is; the first one of a name, of the source's IP version. */
async function findDestination(text: string, family: Family | null): Promise<string> {
	if (parseAddress(text) !== null) return canonical(text, "destination");
	for (const wanted of family === null ? ([4, 6] as const) : [family]) {
		const [address] = await resolveName(text, wanted === 4 ? "inet" : "inet6").catch(() => []);
		if (address !== undefined) return canonical(address, "destination");
	}
	throw new UsageError(`the destination '${text}' is neither an address nor a name that can be resolved`);
}

function readProtocol(text: string | undefined): number | null {
	if (text === undefined || text === "all" || text === "any") return null;
	const protocol = parseValue({ kind: "protocol" }, text);
	if (typeof protocol !== "number") throw new UsageError(`'${text}' is not a protocol`);
	return protocol;
}

function readPort(text: string | true | undefined): number | null {
	if (text === undefined) return null;
	const port = Number(text);
	if (!Number.isInteger(port) || port < 1 || port > 65535)
		throw new UsageError(`'${text}' is not a port from 1 to 65535`);
	return port;
}

/** Null: the router sends it. */
async function findDevice(
	given: string | true | undefined,
	source: string | null,
	plan: Plan,
	family: Family,
): Promise<string | null> {
	if (typeof given === "string") {
		const uplink = plan.uplinks.find(({ name }) => name === given);
		return uplink?.devices[family] ?? given;
	}
	if (source === null) return null;
	const { destination, specific, fallback } = await readRoute(source, plan);
	if (destination === "local") return null;
	const device = (specific ?? fallback)?.device;
	if (device === undefined)
		throw new UsageError(`no route leads to ${source}: say by --in where it comes from`);
	return device;
}
