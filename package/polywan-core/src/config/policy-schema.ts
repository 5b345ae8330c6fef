import type { SectionSchema } from "./option-schema.ts";
import { choice, integer, option } from "./option-schema.ts";

export const POLICY: SectionSchema = {
	type: "policy",
	help: "How connections are spread over uplinks; without members over all uplinks with their own tier and weight.",
	options: [
		option(
			"mode",
			choice(
				"failover",
				"weighted",
				"round_robin",
				"least_connections",
				"least_used",
				"latency",
				"quality",
				"adaptive",
				"flow_hash",
				"overflow",
				"custom",
			),
			"failover",
			"failover uses the lowest tier that works and shares by weight in it. All others use all tiers at once: weighted shares by weight; round_robin in turn; least_connections takes the uplink with the fewest live connections for its weight; least_used the one whose line is used least for its capacity; latency the one with the shortest round trip; quality shares by weight, round trip, loss and use; adaptive does as the last three, by the class of the rule; flow_hash keeps what has the same addresses and ports on the same uplink; overflow uses a tier when those before are full; custom has its weights set over ubus (method weights).",
		),
		option(
			"overflow_at",
			integer(1, 100),
			"80",
			"Mode overflow: how many percent of its capacity a tier is used to before the next one helps.",
		),
		option(
			"schedule",
			{ kind: "window" },
			null,
			"When the policy's uplinks may be used, such as mon-fri@08:00-18:00, by the router's time zone; at other times last_resort is in force.",
			{ list: true },
		),
		option(
			"last_resort",
			choice("unreachable", "blackhole", "default"),
			"unreachable",
			"What happens to new connections when no member is usable; default leaves them to the main routing table.",
		),
	],
};
