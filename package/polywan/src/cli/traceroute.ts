import { type Hop, Trace } from "../probe/trace.ts";
import { print } from "./print.ts";
import { chooseProber, readHost, readNumber, renderHost, resolveHost } from "./uplink-prober.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

const HOPS = { min: 1, usual: 30, max: 64 };
/** So many in a row that stay silent are the end. */
const MOST_SILENT = 8;

export const tracerouteVerb: Verb = {
	name: "traceroute",
	usage: "<uplink> <host> [--hops <n>] [--family ipv4|ipv6]",
	help: "the routers on the way to a host over an uplink",
	details: `By ICMP echo requests, three to each hop. Ends at the host, or when ${MOST_SILENT} hops in a row stay silent; then with exit code 1.`,
	options: ["hops=", "family="],
	mostArguments: 2,
	run: async (given) => {
		const [name, word] = given.words;
		if (name === undefined) throw new UsageError("which uplink?");
		const host = readHost(word);
		const most = readNumber(given, "hops", HOPS);
		const prober = await chooseProber(given, name, host);
		const address = await resolveHost(prober, host);
		print(`${renderHost(host, address)} over ${name} (${prober.device}), ${most} hops at most`);
		const trace = new Trace(prober, address);
		try {
			return await follow(trace, most);
		} finally {
			trace.close();
		}
	},
};

async function follow(trace: Trace, most: number): Promise<number> {
	let silent = 0;
	for (let number = 1; number <= most && silent < MOST_SILENT; number++) {
		const hop = await trace.ask(number);
		print(renderHop(hop));
		if (hop.reached) return EXIT.ok;
		if (hop.failure !== null) return EXIT.problem;
		silent = hop.answers.length === 0 ? silent + 1 : 0;
	}
	print("The host was not reached.");
	return EXIT.problem;
}

/** "3  203.0.113.1  12.1 ms  11.9 ms  *": an address is told again only when it is another one. */
function renderHop({ number, answers, failure }: Hop): string {
	const words = [String(number).padStart(2)];
	let told = "";
	for (const { address, rttMs } of answers) {
		if (address !== told) words.push(address);
		told = address;
		words.push(`${rttMs.toFixed(1)} ms`);
	}
	for (let missing = answers.length; missing < 3; missing++) words.push("*");
	if (failure !== null) words.push(failure);
	return words.join("  ");
}
