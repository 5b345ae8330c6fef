import { type Address, parseAddress } from "polywan-core/address";
import { type DnsType, parseDnsType } from "polywan-core/health/probe-dns";
import { askDns, type DnsOutcome } from "../probe/dns-question.ts";
import type { ProberOptions } from "../probe/prober.ts";
import { print } from "./print.ts";
import { chooseProber, RefusedError, readHost } from "./uplink-prober.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

/** Of what a server says. */
const MOST_CHARACTERS = 2000;

interface Question {
	readonly typeName: string;
	readonly type: DnsType;
}

export const dnsVerb: Verb = {
	name: "dns",
	usage: "<uplink> <name> [--type A|AAAA|MX|…] [--server <address>] [--family ipv4|ipv6]",
	help: "what the name servers of an uplink answer",
	details:
		"Asks each of them over the uplink itself, or the one of --server: for addresses unless another type is wanted, for the name of an address. Exit code 1 when none of them knows.",
	options: ["type=", "server=", "family="],
	mostArguments: 2,
	run: async (given) => {
		const [uplink, word] = given.words;
		if (uplink === undefined) throw new UsageError("which uplink?");
		const host = readHost(word);
		const address = parseAddress(host);
		const questions = readQuestions(given, address !== null);
		const server = readServer(given);
		const prober = await chooseProber(given, uplink, server ?? undefined);
		const servers = server === null ? prober.dnsServers : [server];
		if (servers.length === 0)
			throw new RefusedError(`${uplink} has no IPv${prober.family} name server; name one with --server`);
		print(`${host} over ${uplink} (${prober.device})`);
		const name = address === null ? host.replace(/\.$/, "") : reverseName(address);
		return (await askAll(prober, servers, name, questions)) ? EXIT.ok : EXIT.problem;
	},
};

/** Gives whether anybody had an answer. */
async function askAll(
	prober: ProberOptions,
	servers: readonly string[],
	name: string,
	questions: readonly Question[],
): Promise<boolean> {
	let known = false;
	for (const server of servers) {
		for (const { type, typeName } of questions) {
			const outcome = await askDns(prober, server, name, type);
			print(`${server}  ${typeName}  ${renderOutcome(outcome)}`);
			known ||= (outcome.reply?.records.length ?? 0) > 0;
		}
	}
	return known;
}

function renderOutcome({ reply, trouble, rttMs }: DnsOutcome): string {
	if (reply === null) return trouble ?? "";
	const records = reply.records.length === 0 ? "no such record" : reply.records.join(", ");
	const told = (reply.failure ?? records).slice(0, MOST_CHARACTERS).replace(/\p{Cc}/gu, "?");
	return `${told}  (${rttMs.toFixed(1)} ms)`;
}

function readQuestions({ options }: Given, isAddress: boolean): readonly Question[] {
	const wanted = options.get("type");
	const names = wanted === undefined ? (isAddress ? ["PTR"] : ["A", "AAAA"]) : [String(wanted).toUpperCase()];
	return names.map((typeName) => {
		const type = parseDnsType(typeName);
		if (type === null) throw new UsageError(`'--type': there is no record type ${typeName}`);
		return { typeName, type };
	});
}

function readServer({ options }: Given): string | null {
	const server = options.get("server");
	if (server === undefined) return null;
	if (parseAddress(String(server)) === null) throw new UsageError("'--server' must be an address");
	return String(server);
}

/** RFC 1035, 3.5, and RFC 3596, 2.5. */
function reverseName({ family, bytes }: Address): string {
	if (family === 4) return `${[...bytes].reverse().join(".")}.in-addr.arpa`;
	const digits = bytes.flatMap((byte) => [byte >> 4, byte & 15]).map((digit) => digit.toString(16));
	return `${digits.reverse().join(".")}.ip6.arpa`;
}
