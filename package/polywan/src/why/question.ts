import { familyOf, parseAddress, renderAddress } from "polywan-core/address";
import { parseValue } from "polywan-core/config/datatype";
import type { Family } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import type { Packet, PacketDetails } from "polywan-core/why/packet";
import { interfaceIndex } from "polywan-runtime/interface";
import { resolveName } from "polywan-runtime/resolve";
import { DetailError, type Details, parseDetails } from "./details.ts";
import { readRoute } from "./route-facts.ts";

/** IANA's numbers of ICMP and ICMPv6. */
const ICMP = { 4: 1, 6: 58 } as const;

/** What may stand for the source where the router itself sends. */
const ROUTER = ["router", "self", "me"];

/** A connection as people describe it; what is null is left open. */
export interface Question {
	/** An address, or "router". */
	readonly source: string;
	/** An address or a name. */
	readonly destination: string;
	readonly protocol: string | null;
	readonly port: string | null;
	readonly sourcePort: string | null;
	/** Device or uplink it comes in by; null: the kernel's route to the source says it. */
	readonly incoming: string | null;
	readonly details?: Details;
}

/** The question cannot be understood; in words for whoever asked. */
export class QuestionError extends Error {}

/** The first packet of the connection. Rejects with QuestionError. */
export async function readPacket(question: Question, plan: Plan): Promise<Packet> {
	const source = ROUTER.includes(question.source) ? null : canonical(question.source, "source");
	const destination = await findDestination(question.destination, source === null ? null : familyOf(source));
	const family = familyOf(destination);
	if (source !== null && familyOf(source) !== family)
		throw new QuestionError(`${source} and ${destination} are of different IP versions`);
	const incomingDevice = await findDevice(question.incoming, source, plan, family);
	const details = readDetails(question.details ?? {}, plan, family, incomingDevice === null);
	return {
		family,
		source,
		destination,
		protocol: readProtocol(question.protocol, details.icmpType === undefined ? null : family),
		sourcePort: readPort(question.sourcePort),
		destinationPort: readPort(question.port),
		incomingDevice,
		...details,
	};
}

function readDetails(details: Details, { markMask }: Plan, family: Family, isOwn: boolean): PacketDetails {
	try {
		return parseDetails(details, { family, isOwn, markMask });
	} catch (error) {
		throw error instanceof DetailError ? new QuestionError(error.message) : error;
	}
}

function canonical(text: string, what: string): string {
	const address = parseAddress(text);
	if (address === null) throw new QuestionError(`the ${what} '${text}' is not an address`);
	return renderAddress(address);
}

/** An address as it is; the first one of a name, of the source's IP version. */
async function findDestination(text: string, family: Family | null): Promise<string> {
	if (parseAddress(text) !== null) return canonical(text, "destination");
	for (const wanted of family === null ? ([4, 6] as const) : [family]) {
		const [address] = await resolveName(text, wanted === 4 ? "inet" : "inet6").catch(() => []);
		if (address !== undefined) return canonical(address, "destination");
	}
	throw new QuestionError(`the destination '${text}' is neither an address nor a name that can be resolved`);
}

/** `icmp`: of the IP version whose ICMP it must be; null: anything goes. */
function readProtocol(text: string | null, icmp: Family | null): number | null {
	if (text === null || text === "all" || text === "any") return icmp === null ? null : ICMP[icmp];
	const protocol = parseValue({ kind: "protocol" }, text);
	if (typeof protocol !== "number") throw new QuestionError(`'${text}' is not a protocol`);
	if (icmp !== null && protocol !== ICMP[icmp] && protocol !== ICMP[4])
		throw new QuestionError(`'${text}' has no types as ICMP has`);
	return icmp === null ? protocol : ICMP[icmp];
}

function readPort(text: string | null): number | null {
	if (text === null) return null;
	const port = Number(text);
	if (!Number.isInteger(port) || port < 1 || port > 65535)
		throw new QuestionError(`'${text}' is not a port from 1 to 65535`);
	return port;
}

/** That device. Throws QuestionError when there is none of that name. */
function existing(device: string): string {
	try {
		interfaceIndex(device);
		return device;
	} catch {
		throw new QuestionError(
			`there is no uplink and no device '${device}' (such as br-lan) that it could come in by`,
		);
	}
}

/** Null: the router sends it. */
async function findDevice(
	given: string | null,
	source: string | null,
	plan: Plan,
	family: Family,
): Promise<string | null> {
	if (given !== null)
		return plan.uplinks.find(({ name }) => name === given)?.devices[family] ?? existing(given);
	if (source === null) return null;
	const { destination, specific, fallback } = await readRoute(source, plan);
	if (destination === "local") return null;
	const device = (specific ?? fallback)?.device;
	if (device === undefined)
		throw new QuestionError(`no route leads to ${source}: say what it comes in by (--in)`);
	return device;
}
