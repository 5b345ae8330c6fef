/** A line to the Internet as faults are played on it: test/lab/uplink.ts. */
export interface FaultyLine {
	readonly name: string;
	readonly spec: { readonly delayMs?: number };
	blackhole(): Promise<void>;
	carrier(on: boolean): Promise<void>;
	gatewayGone(): Promise<void>;
	dnsBroken(): Promise<void>;
	/** Of round trips. */
	loss(percent: number): Promise<void>;
	/** Of a round trip. */
	delay(delayMs: number): Promise<void>;
	heal(): Promise<void>;
}

interface Fault {
	readonly help: string;
	/** What is written after the uplink, and its largest value. */
	readonly amount?: { readonly unit: string; readonly most: number };
	run(line: FaultyLine, amount: number): Promise<void>;
}

const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
	["blackhole", { help: "nothing passes behind the provider's router", run: (line) => line.blackhole() }],
	["cable", { help: "the cable is pulled out", run: (line) => line.carrier(false) }],
	[
		"gateway",
		{ help: "the provider's router is dead, the cable is fine", run: (line) => line.gatewayGone() },
	],
	["dns", { help: "only names do not resolve", run: (line) => line.dnsBroken() }],
	[
		"loss",
		{
			help: "so many round trips are lost",
			amount: { unit: "percent", most: 100 },
			run: (line, percent) => line.loss(percent),
		},
	],
	[
		"delay",
		{
			help: "a round trip takes that long",
			amount: { unit: "ms", most: 10_000 },
			run: (line, delayMs) => line.delay(delayMs),
		},
	],
	["heal", { help: "everything as it was", run: heal }],
]);

async function heal(line: FaultyLine): Promise<void> {
	await line.heal();
	await line.delay(line.spec.delayMs ?? 0);
}

/** What can be typed, one line a fault. */
export function renderFaultHelp(): string {
	const rows = [...FAULTS].map(([name, { help, amount }]) => [
		`${name} ${name === "heal" ? "[<uplink>]" : "<uplink>"}${amount ? ` <${amount.unit}>` : ""}`,
		help,
	]);
	rows.push(["quit", "ends the demo, as Ctrl-C does"]);
	const width = Math.max(...rows.map(([usage = ""]) => usage.length));
	return rows.map(([usage = "", help]) => `  ${usage.padEnd(width)}  ${help}`).join("\n");
}

/** Plays the fault that a line of text names, such as `loss wan 30`, and says what was done. Rejects with words for whoever typed it. */
export async function playFault(text: string, lines: readonly FaultyLine[]): Promise<string> {
	const [name = "", where, amountText, ...more] = text.trim().split(/\s+/);
	if (name === "") return "";
	if (name === "help" || name === "?") return renderFaultHelp();
	const fault = FAULTS.get(name);
	if (fault === undefined) throw new Error(`there is no fault '${name}':\n${renderFaultHelp()}`);
	const meant = where === undefined && name === "heal" ? lines : lines.filter((line) => line.name === where);
	if (meant.length === 0)
		throw new Error(`${name} needs an uplink: ${lines.map((line) => line.name).join(" or ")}`);
	const amount = readAmount(name, fault, amountText);
	if (more.length > 0) throw new Error(`'${more.join(" ")}' is too much`);
	for (const line of meant) await fault.run(line, amount);
	const what = fault.amount ? `${amount} ${fault.amount.unit}: ${fault.help}` : fault.help;
	return `${meant.map((line) => line.name).join(", ")}: ${what}`;
}

function readAmount(name: string, { amount }: Fault, text: string | undefined): number {
	if (amount === undefined) {
		if (text !== undefined) throw new Error(`${name} takes no amount`);
		return 0;
	}
	const value = Number(text?.replace(/(%|ms)$/, "") || Number.NaN);
	if (value >= 0 && value <= amount.most) return value;
	throw new Error(`${name} needs 0 to ${amount.most} ${amount.unit} after the uplink`);
}
