import { renderDuration } from "../config/datatype.ts";
import { Draft, type KnownOptions } from "./draft.ts";
import { convertTracking } from "./mwan3-tracking.ts";
import type { SourceSection } from "./source-section.ts";

/** Seconds between mwan3's tests above which the user was short of data volume rather than of patience. */
const FRUGAL_FROM_S = 16;
const SPARSE_FROM_S = 60;
/** What mwan3 waits for an answer unless told otherwise, in seconds. */
const USUAL_TIMEOUT_S = 4;
/** What mwan3 tests before it uses a line again, unless told otherwise: 5 times 10 s. */
const USUAL_RECOVERY_S = 50;
const PING_BYTES = 56;

const OWN_WAY: Readonly<Record<string, { readonly usual: number; readonly why: string }>> = {
	count: { usual: 1, why: "one missed ping starts a burst of as many as the line's usual loss asks for" },
	down: { usual: 5, why: "a burst within milliseconds decides instead of a number of tests" },
};

/** `config interface` of mwan3 as an uplink. */
export function convertInterface(source: SourceSection, known: KnownOptions): Draft {
	const draft = new Draft("uplink", source.name, known);
	draft.set("enabled", source.isOn("enabled") ? "1" : "0");
	source.kept("enabled", "option enabled");
	convertFamily(source, draft);
	convertTracking(source, draft, known);
	convertTiming(source, draft);
	convertQuality(source, draft);
	convertRest(source, draft, known);
	source.finish();
	return draft;
}

function convertFamily(source: SourceSection, draft: Draft): void {
	const family = source.text("family") ?? "ipv4";
	if (draft.set("family", family)) source.kept("family", "option family");
	else {
		source.lost("family", "it must be ipv4 or ipv6; ipv4 is used, as in mwan3");
		draft.set("family", "ipv4");
	}
}

function convertTiming(source: SourceSection, draft: Draft): void {
	const intervalS = source.number("interval") ?? 10;
	if (intervalS >= FRUGAL_FROM_S && draft.list("probing").length === 0) {
		draft.set("probing", "frugal");
		if (intervalS >= SPARSE_FROM_S) draft.set("interval", `${Math.min(intervalS, 3600)}s`);
		source.changed(
			"interval",
			intervalS >= SPARSE_FROM_S
				? "probing is frugal with this interval; a miss is followed up within milliseconds"
				: "probing is frugal: every 7 s, and a miss is followed up within milliseconds",
		);
	} else source.changed("interval", "probing is normal: every 0.7 s with small pings, below 52 byte/s");
	for (const option of ["failure_interval", "keep_failure_interval", "recovery_interval"]) {
		source.changed(option, "the pace of probing decides how often a line that is down is tested");
	}
	for (const [option, { usual, why }] of Object.entries(OWN_WAY)) {
		if (source.number(option) === usual) source.kept(option, "the default");
		else source.changed(option, why);
	}
	convertTimeout(source, draft);
	convertRecovery(source, draft, intervalS);
}

function convertTimeout(source: SourceSection, draft: Draft): void {
	const timeoutS = source.number("timeout") ?? USUAL_TIMEOUT_S;
	if (timeoutS <= USUAL_TIMEOUT_S) {
		source.changed(
			"timeout",
			"the wait for an answer follows the round-trip times measured, up to timeout_cap (1 s)",
		);
		return;
	}
	draft.set("timeout_cap", `${Math.min(timeoutS, 60)}s`);
	source.kept("timeout", `option timeout_cap '${Math.min(timeoutS, 60)}s'`);
}

function convertRecovery(source: SourceSection, draft: Draft, intervalS: number): void {
	const recoveryS = (source.number("up") ?? 5) * (source.number("recovery_interval") ?? intervalS);
	if (recoveryS <= USUAL_RECOVERY_S || draft.options.get("probing") === "off") {
		source.changed(
			"up",
			"a line is used again after it answered for recovery_time (3 s, longer when it fails often)",
		);
		return;
	}
	const text = renderDuration(Math.min(recoveryS, 3600) * 1000);
	draft.set("recovery_time", text);
	source.kept("up", `option recovery_time '${text}'`);
}

/** mwan3 takes a line out of use when its quality is bad, and only then looks at it. */
function convertQuality(source: SourceSection, draft: Draft): void {
	const watched = source.isOn("check_quality");
	source.kept("check_quality", watched ? "option use_degraded '0' and its thresholds" : "the default");
	const thresholds = [
		["failure_latency", 1000, "degraded_rtt", "ms"],
		["recovery_latency", 500, "recovered_rtt", "ms"],
		["failure_loss", 40, "degraded_loss", ""],
		["recovery_loss", 10, "recovered_loss", ""],
	] as const;
	for (const [option, usual, name, unit] of thresholds) {
		const text = `${source.number(option) ?? usual}${unit}`;
		if (!watched) source.kept(option, "it was: without check_quality mwan3 does not look at it");
		else if (draft.set(name, text)) source.kept(option, `option ${name} '${text}'`);
		else source.lost(option, `option ${name} does not take it`);
	}
	if (watched) draft.set("use_degraded", "0");
}

function convertRest(source: SourceSection, draft: Draft, known: KnownOptions): void {
	const state = source.text("initial_state");
	const initial = known.find("uplink", "initial_state")?.name;
	if (state === "offline" && initial !== undefined && draft.set(initial, state))
		source.kept("initial_state", `option ${initial}`);
	else if (state === "offline")
		source.changed("initial_state", "a line is used at once and tested within its first second");
	else source.kept("initial_state", "the default");
	const size = source.number("size") ?? PING_BYTES;
	if (size !== PING_BYTES && draft.set("payload", String(Math.max(8, size))))
		source.kept("size", `option payload '${Math.max(8, size)}'`);
	else if (size === PING_BYTES) source.changed("size", "pings carry 8 bytes, to spare the line");
	else source.lost("size", "option payload takes 8 to 1400 bytes");
	convertReliability(source, draft, known);
	convertTtl(source, draft, known);
	convertFlush(source);
	if (!source.isOn("snat6")) source.kept("snat6", "the default");
	else if (draft.set("ipv6_nat", "masquerade")) source.kept("snat6", "option ipv6_nat 'masquerade'");
	else source.lost("snat6", "option ipv6_nat does not take it");
}

function convertReliability(source: SourceSection, draft: Draft, known: KnownOptions): void {
	const needed = source.number("reliability") ?? 1;
	const option = known.find("uplink", "reliability", "required_targets")?.name;
	if (needed <= 1) source.kept("reliability", "the default");
	else if (option !== undefined && draft.set(option, String(needed)))
		source.kept("reliability", `option ${option}`);
	else {
		source.changed(
			"reliability",
			"one answering target proves that a line works; targets that fail alone are noticed and no longer trusted",
		);
	}
}

function convertTtl(source: SourceSection, draft: Draft, known: KnownOptions): void {
	const ttl = source.number("max_ttl") ?? 60;
	const option = known.find("uplink", "ttl", "max_ttl")?.name;
	if (ttl === 60) source.kept("max_ttl", "the default");
	else if (option !== undefined && draft.set(option, String(ttl))) source.kept("max_ttl", `option ${option}`);
	else source.lost("max_ttl", "probes have the system's usual time to live");
}

function convertFlush(source: SourceSection): void {
	for (const when of source.words("flush_conntrack")) {
		if (when === "ifdown" || when === "disconnected")
			source.kept("flush_conntrack", "what always happens: a dead uplink's own connections go at once", when);
		else if (when === "ifup" || when === "connected")
			source.changed(
				"flush_conntrack",
				"connections stay where they are when a line returns; none is cut",
				when,
			);
		else source.lost("flush_conntrack", "mwan3 knows no such event", when);
	}
	source.seen("flush_conntrack");
}
