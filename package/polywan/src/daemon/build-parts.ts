import type { StateChange } from "polywan-core/health/event";
import type { PolywanEvent } from "polywan-core/status";
import type { UbusConnection } from "ubus-js/bus";
import { Applier, type ApplyResult } from "../apply/applier.ts";
import { CONFIG_FILE, ConfigKeeper } from "../config/config-keeper.ts";
import { Balancer } from "../load/balancer.ts";
import { HashSupport } from "../load/hash-support.ts";
import type { Log } from "../log.ts";
import { PublicAddresses } from "../probe/public-address.ts";
import { RuleKeeper } from "../rules/rule-keeper.ts";
import { ColdStandby } from "../standby/cold-standby.ts";
import { FarEnds } from "../tunnel/far-ends.ts";
import { Terms } from "../usage/terms.ts";
import type { FamilyWatch } from "../watch/family-watch.ts";
import { UplinkStates } from "../watch/uplink-states.ts";
import { familyName, Watches } from "../watch/watches.ts";
import { Decider } from "./decider.ts";
import { News } from "./news.ts";
import type { Parts } from "./parts.ts";
import type { SavedState } from "./state-file.ts";
import { Wishes } from "./wishes.ts";

/** What the daemon is made of. */
export interface DaemonParts extends Parts {
	readonly decider: Decider;
}

/** What the parts tell that more than one of them has to hear. */
export interface PartEvents {
	/** Something is another than at the last call; `last` is the newest event since then. */
	onNews(last: PolywanEvent | null): void;
	/** The configuration's file changed after it was read. */
	onConfigFile(): void;
	onHealth(watch: FamilyWatch, change: StateChange): void;
	onApplied(result: ApplyResult): void;
	/** What the next start takes over is another now. */
	onDecided(): void;
}

/** Makes the parts from what the daemon before this one left. What one alone has to hear of another it hears from there. */
export function buildParts(
	log: Log,
	bus: UbusConnection,
	saved: SavedState,
	events: PartEvents,
): DaemonParts {
	const soon = (): void => decider.soon();
	const news = new News(log, saved.sequence, events.onNews);
	const wishes = new Wishes(saved);
	const config = new ConfigKeeper(CONFIG_FILE, events.onConfigFile);
	const watches = new Watches(saved.down, {
		onChange: events.onHealth,
		onMethod: ({ uplink, family }, reason) =>
			news.tell({ kind: "probe", uplink, family: familyName(family), reason }),
		onTargets: (reason) => news.tell({ kind: "probe", reason }),
	});
	const terms = new Terms({
		onUsage: (uplink, reason) => news.tell({ kind: "usage", uplink: uplink ?? null, reason }),
		onSchedule: (uplink, reason) => news.tell({ kind: "schedule", uplink: uplink ?? null, reason }),
		onChange: soon,
	});
	const applier = new Applier(saved, {
		onResult: events.onApplied,
		onTrouble: (reason) => news.tell({ kind: "apply", reason }),
	});
	const balancer: Balancer = new Balancer({
		quality: (uplink, family) => watches.get(uplink, family)?.quality() ?? null,
		adjustmentMs: () => applier.adjustmentMs,
		onRebalance: (rebalance) => decider.rebalance(rebalance),
		onTrouble: (reason) => news.tell({ kind: "shares", reason }),
		onStrain: () => decider.plan !== null && standby.set(config.model, decider.plan),
	});
	const standby = new ColdStandby(
		bus,
		(uplink, reason) => news.tell({ kind: "uplink", uplink, reason }),
		soon,
		(policy, family) => balancer.strainedTier(policy, family),
	);
	const parts = {
		log,
		news,
		config,
		wishes,
		watches,
		terms,
		states: new UplinkStates(watches, terms, (uplink) => wishes.wanted(uplink)),
		rules: new RuleKeeper(soon),
		farEnds: new FarEnds(soon),
		publicAddresses: new PublicAddresses({
			onFound: (uplink, family, reason) =>
				news.tell({ kind: "address", uplink, family: familyName(family), reason }),
		}),
		hash: new HashSupport(soon),
		balancer,
		standby,
		applier,
	};
	const decider = new Decider(parts, saved, events.onDecided);
	return { ...parts, decider };
}
