import { parseAddress } from "../address.ts";
import { FAMILIES, type Family } from "../family.ts";
import {
	familiesOfTarget,
	type ProbeMethod,
	parseProbeTarget,
	renderForMethod,
} from "../health/probe-target.ts";
import { parseTimeZone } from "../schedule/time-zone.ts";
import { parseWindow, type Window } from "../schedule/window.ts";
import type { Probing, ProbingPace, Revival, Uplink } from "./model.ts";
import { parseQuota } from "./parse-quota.ts";
import { DEFAULT_TARGETS } from "./schema.ts";
import type { SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

/** "any", "ipv4" or "ipv6" as families. */
export function parseFamilies(text: string): readonly Family[] {
	return text === "ipv4" ? ONLY_IPV4 : text === "ipv6" ? ONLY_IPV6 : FAMILIES;
}

const ONLY_IPV4: readonly Family[] = [4];
const ONLY_IPV6: readonly Family[] = [6];

export function parseUplink(reader: SectionReader, netifdInterfaces: readonly string[] | null): Uplink {
	const families = parseFamilies(reader.string("family"));
	return {
		name: reader.name,
		enabled: reader.boolean("enabled"),
		interfaces: parseInterfaces(reader, netifdInterfaces),
		tier: reader.number("tier"),
		weight: reader.number("weight"),
		families,
		endpoints: reader.strings("endpoint"),
		ipv6Nat: reader.string("ipv6_nat") as Uplink["ipv6Nat"],
		probing: parseProbing(reader, families),
		useDegraded: reader.boolean("use_degraded"),
		whenDegraded: reader.string("when_degraded") as Uplink["whenDegraded"],
		quota: parseQuota(reader),
		schedule: parseSchedule(reader),
		timeZone: parseTimeZone(reader.stringOrNull("timezone") ?? ""),
		asksPublicAddress: reader.boolean("public_address"),
		downloadBitsPerSecond: reader.number("download"),
		uploadBitsPerSecond: reader.number("upload"),
		standby: reader.string("standby") === "cold" ? { holdMs: reader.number("standby_hold") } : null,
		revival: parseRevival(reader),
	};
}

const NONE: readonly never[] = [];

/** Windows of option schedule, of an uplink or a policy. */
export function parseSchedule(reader: SectionReader): readonly Window[] {
	if (!reader.has("schedule")) return NONE;
	return reader.strings("schedule").flatMap((text) => parseWindow(text) ?? []);
}

function parseRevival(reader: SectionReader): Revival | null {
	const script = reader.stringOrNull("revive_script");
	if (script === null) return null;
	if (script.startsWith("/")) return { script, afterMs: reader.number("revive_after") };
	reader.report("revive_script", script, "must be the whole path of a program; it is not run");
	return null;
}

function parseInterfaces(reader: SectionReader, known: readonly string[] | null): readonly string[] {
	const written = reader.strings("interface");
	if (written.length === 0) {
		const usual = [reader.name, `${reader.name}6`, `${reader.name}_6`];
		if (known === null) return usual;
		const existing = usual.filter((name) => known.includes(name));
		if (existing.length === 0) {
			const hint = renderSuggestion(reader.name, known);
			reader.report(
				null,
				null,
				`no netifd interface is called ${usual.join(", ")}${hint}; name them with list interface`,
				"warning",
			);
			return usual;
		}
		return existing;
	}
	for (const name of written) {
		if (known === null || known.includes(name)) continue;
		reader.report(
			"interface",
			name,
			`is not an interface in /etc/config/network${renderSuggestion(name, known)}`,
			"warning",
		);
	}
	return written;
}

function parseProbing(reader: SectionReader, families: readonly Family[]): Probing {
	const pace = reader.string("probing");
	const floorMs = reader.number("timeout_floor");
	let capMs = reader.number("timeout_cap");
	if (capMs < floorMs) {
		reader.report(
			"timeout_cap",
			`${capMs}ms`,
			`must be at least timeout_floor (${floorMs}ms), which is used instead`,
		);
		capMs = floorMs;
	}
	const loss = parsePair(reader, "degraded_loss", "recovered_loss", "");
	const rtt = parsePair(reader, "degraded_rtt", "recovered_rtt", "ms");
	return {
		enabled: pace !== "off",
		targets: parseTargets(reader, families),
		isAuto: reader.strings("method").includes("auto"),
		reliability: reader.number("reliability"),
		upCount: reader.number("up_count"),
		downCount: reader.numberOrNull("down_count"),
		isAdaptive: reader.boolean("adaptive"),
		pace: pace === "off" ? "normal" : (pace as ProbingPace),
		intervalMs: reader.numberOrNull("interval"),
		timeoutFloorMs: floorMs,
		timeoutCapMs: capMs,
		payloadBytes: reader.number("payload"),
		ttl: reader.numberOrNull("ttl"),
		recoveryMs: reader.number("recovery_time"),
		degradedLossPercent: loss.degraded,
		recoveredLossPercent: loss.recovered,
		degradedRttMs: rtt.degraded,
		recoveredRttMs: rtt.recovered === 0 ? Math.round(rtt.degraded * 0.8) : rtt.recovered,
	};
}

/** The recovered threshold below the degraded one: otherwise the state would flap between them. */
function parsePair(
	reader: SectionReader,
	degradedOption: string,
	recoveredOption: string,
	unit: string,
): { degraded: number; recovered: number } {
	const degraded = reader.number(degradedOption);
	const recovered = reader.number(recoveredOption);
	if (recovered <= degraded) return { degraded, recovered };
	if (reader.has(recoveredOption)) {
		const message = `must be at most ${degradedOption} (${degraded}${unit}), which is used instead`;
		reader.report(recoveredOption, `${recovered}${unit}`, message);
	}
	return { degraded, recovered: degraded };
}

function parseTargets(reader: SectionReader, families: readonly Family[]): Probing["targets"] {
	const methods = parseMethods(reader);
	const plain = methods.filter((method) => renderForMethod("192.0.2.1", method) !== null);
	const usable = reader.strings("target").flatMap((text) => {
		const target = parseProbeTarget(text);
		if (target === null) return [];
		const own = familiesOfTarget(target).filter((family) => families.includes(family));
		if (own.length === 0) {
			const only = families[0] === 4 ? "IPv4" : "IPv6";
			reader.report(
				"target",
				text,
				`must be an ${only} address, as option family limits the uplink to ${only}`,
			);
		}
		return own.map((family) => ({ text, family, isPlain: parseAddress(text) !== null }));
	});
	const ofFamily = (family: Family): readonly string[] => {
		if (!families.includes(family)) return [];
		const own = usable.filter((target) => target.family === family);
		const texts = own.length > 0 ? own : DEFAULT_TARGETS[family].map((text) => ({ text, isPlain: true }));
		// Only the gateway is asked where nothing else was said.
		const asked = own.length === 0 && plain.length === 0 ? [] : texts;
		const expanded = asked.flatMap(({ text, isPlain }) =>
			isPlain && plain.length > 0 ? plain.map((method) => renderForMethod(text, method) ?? text) : [text],
		);
		return [...new Set([...expanded, ...(methods.includes("arp") ? ["gateway"] : [])])];
	};
	return { 4: ofFamily(4), 6: ofFamily(6) };
}

/** With auto among them: ping, which is where finding out begins. */
function parseMethods(reader: SectionReader): readonly ProbeMethod[] {
	const written = reader.strings("method");
	const methods = written.filter((method) => method !== "auto") as ProbeMethod[];
	return written.includes("auto") || written.length === 0
		? ["ping", ...methods.filter((method) => method === "arp")]
		: methods;
}
