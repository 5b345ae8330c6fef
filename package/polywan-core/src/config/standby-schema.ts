import type { Datatype } from "./datatype.ts";
import type { OptionSchema } from "./option-schema.ts";
import { choice, option } from "./option-schema.ts";

const PATH: Datatype = { kind: "text", of: "the path of a program" };

/** Options of uplinks that are not always up, or need help to be. */
export const STANDBY_OPTIONS: readonly OptionSchema[] = [
	option(
		"standby",
		choice("none", "cold"),
		"none",
		"cold: the uplink's interfaces are brought up only when a policy has nothing better that works, or one of mode overflow has nearly no room, or while a rule has it as its target; it is not probed meanwhile.",
	),
	option(
		"standby_hold",
		{ kind: "duration", minMs: 0, maxMs: 86_400_000 },
		"60s",
		"How long a cold uplink stays up when it is no longer needed.",
	),
	option(
		"revive_script",
		PATH,
		null,
		"Program run with the uplink's name and its interfaces as arguments when the uplink stays down although it is needed.",
	),
	option(
		"revive_after",
		{ kind: "duration", minMs: 1000, maxMs: 86_400_000 },
		"60s",
		"How long the uplink is down before revive_script runs; it waits twice as long each time, an hour at most.",
	),
];
