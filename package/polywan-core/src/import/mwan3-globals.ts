import { uplinkRoom } from "../plan/ids.ts";
import { Draft, type KnownOptions } from "./draft.ts";
import type { SourceSection } from "./source-section.ts";

const USUAL_MASK = 0x3f00;
/** Other names of levels. */
const LEVELS: Readonly<Record<string, string>> = { error: "err", warn: "warning", panic: "emerg" };

/** `config globals` of mwan3. `uplinks`: how many marks are needed. */
export function convertGlobals(source: SourceSection | null, uplinks: number, known: KnownOptions): Draft {
	const draft = new Draft("globals", "globals", known);
	if (source === null) return draft;
	convertMask(source, draft, uplinks);
	for (const table of source.words("rt_table_lookup")) {
		if (draft.add("bypass_table", table)) source.kept("rt_table_lookup", "list bypass_table", table);
		else source.lost("rt_table_lookup", "tables are given by number", table);
	}
	for (const network of source.words("bypass_network")) {
		if (draft.add("bypass", network)) source.kept("bypass_network", "list bypass", network);
		else source.lost("bypass_network", "it is not a network", network);
	}
	source.kept(
		"logging",
		source.isOn("logging") ? "the condition for option logging of rules" : "the default",
	);
	const loglevel = source.text("loglevel");
	if (loglevel === null || draft.set("rule_log_level", LEVELS[loglevel] ?? loglevel))
		source.kept("loglevel", "option rule_log_level");
	else source.lost("loglevel", "it is no level of the system log");
	source.kept(
		"source_routing",
		source.isOn("source_routing")
			? "what is always done: an address leaves by its own uplink"
			: "the default",
	);
	for (const option of ["local_source", "rtmon_interval"]) {
		source.kept(option, "it was: mwan3 ignores it, too");
	}
	source.finish();
	return draft;
}

function convertMask(source: SourceSection, draft: Draft, uplinks: number): void {
	const text = source.text("mmx_mask");
	if (text === null) return;
	const mask = Number(text);
	if (mask === USUAL_MASK)
		source.changed("mmx_mask", "marks have the mask 0xff000000, which leaves mwan3's bits to others");
	else if (
		!Number.isInteger(mask) ||
		uplinkRoom(mask) < uplinks ||
		!draft.set("mark_mask", text.toLowerCase())
	)
		source.lost("mmx_mask", "the mask must be adjacent bits with room for every uplink; 0xff000000 is used");
	else source.kept("mmx_mask", "option mark_mask");
}
