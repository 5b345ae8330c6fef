import type { PublicAddressStatus, Status } from "polywan-core/status";
import { UbusError, ubusStatus } from "ubus-js/bus";
import { callDaemon } from "./daemon-client.ts";
import { complain, print, printJson } from "./print.ts";
import { renderTable } from "./table.ts";
import { familyTitle } from "./uplink-prober.ts";
import { EXIT, type Verb } from "./verb.ts";

/** Servers that do not answer are asked for a while. */
const TIMEOUT_MS = 60_000;

export const stunVerb: Verb = {
	name: "stun",
	usage: "[uplink] [--json]",
	help: "public address, kind of NAT and carrier-grade NAT of an uplink",
	details:
		"Asks the servers of option stun_server through the uplink itself. Filtering is what this router's own firewall lets through, too.",
	options: ["json"],
	mostArguments: 1,
	run: async ({ words: [name], options }) => {
		const { uplinks } = (await callDaemon("uplinks")) as unknown as Pick<Status, "uplinks">;
		const names = name === undefined ? uplinks.map((uplink) => uplink.name) : [name];
		try {
			const answers = await Promise.all(names.map((uplink) => callDaemon("stun", { uplink }, TIMEOUT_MS)));
			const addresses = answers.flatMap(
				(answer) => (answer as unknown as { addresses: PublicAddressStatus[] }).addresses,
			);
			if (options.has("json")) printJson({ addresses });
			else print(renderAddresses(addresses));
			return addresses.some(({ address }) => address !== null) ? EXIT.ok : EXIT.problem;
		} catch (error) {
			if (!(error instanceof UbusError) || error.code !== ubusStatus.invalidArgument) throw error;
			complain(`there is no uplink '${name}'; \`polywan uplinks\` lists them`);
			return EXIT.problem;
		}
	},
};

function renderAddresses(addresses: readonly PublicAddressStatus[]): string {
	if (addresses.length === 0) return "There is no link to ask by.\n";
	const rows = addresses
		.filter(({ error }) => error === null)
		.map((entry) => [
			entry.uplink,
			familyTitle(entry.family),
			entry.address ?? "-",
			entry.type,
			entry.mapping ?? "",
			entry.filtering ?? "",
			entry.server,
		]);
	const failures = addresses
		.filter(({ error }) => error !== null)
		.map(({ uplink, family, error }) => `${uplink} ${familyTitle(family)}: ${error}\n`);
	const head = ["UPLINK", "FAMILY", "PUBLIC ADDRESS", "NAT", "MAPPING", "FILTERING", "SERVER"];
	return (rows.length === 0 ? "" : renderTable(head, rows)) + failures.join("");
}
