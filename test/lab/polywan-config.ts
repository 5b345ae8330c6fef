import { server } from "./addresses.ts";

/** Options of sections by their names; a list becomes UCI list entries. */
export type Sections = Record<string, Record<string, string | readonly string[]>>;

/** What of /etc/config/polywan a test is about; probes go to the lab's servers 8 and 9. */
export interface PolywanConfig {
	globals?: Record<string, string>;
	/** Default: wan (tier 1) and wanb (tier 2). */
	uplinks?: Sections;
	policies?: Sections;
	/** [policy, uplink, options] */
	members?: readonly (readonly [string, string, Record<string, string>?])[];
	rules?: Sections;
	/** Nothing but the program's own defaults: what figures are taken with. Else an uplink recovers sooner, so that tests need not wait. */
	asShipped?: boolean;
	/** No probe is given up because the machine is busy: for tests that are not about how soon a fault is noticed. */
	patient?: boolean;
}

const quick = { recovery_time: "500ms" };
const patient = { timeout_floor: "1500ms", timeout_cap: "5s" };

const probed = [8, 9].flatMap((number) => Object.values(server(number)));

export function renderPolywanConfig(config: PolywanConfig = {}): string {
	const uplinks = config.uplinks ?? { wan: { tier: "1" }, wanb: { tier: "2" } };
	const targets = Object.fromEntries(
		Object.entries(uplinks).map(([name, options]) => [
			name,
			{
				target: probed,
				...(config.asShipped ? {} : quick),
				...(config.patient ? patient : {}),
				...options,
			},
		]),
	);
	const members = (config.members ?? []).map(([policy, uplink, options]) =>
		renderSection("member", null, { policy, uplink, ...options }),
	);
	return [
		renderSection("globals", "globals", config.globals ?? {}),
		...renderSections("uplink", targets),
		...renderSections("policy", config.policies ?? { everything: { mode: "failover" } }),
		...members,
		...renderSections("rule", config.rules ?? {}),
	].join("\n");
}

function renderSections(type: string, sections: Sections): string[] {
	return Object.entries(sections).map(([name, options]) => renderSection(type, name, options));
}

function renderSection(
	type: string,
	name: string | null,
	options: Record<string, string | readonly string[]>,
): string {
	const lines = Object.entries(options).flatMap(([option, value]) =>
		typeof value === "string"
			? [`\toption ${option} '${value}'\n`]
			: value.map((item) => `\tlist ${option} '${item}'\n`),
	);
	return `config ${type}${name === null ? "" : ` '${name}'`}\n${lines.join("")}`;
}
