import type { Applier } from "../apply/applier.ts";
import type { ConfigKeeper } from "../config/config-keeper.ts";
import type { Balancer } from "../load/balancer.ts";
import type { HashSupport } from "../load/hash-support.ts";
import type { Log } from "../log.ts";
import type { PublicAddresses } from "../probe/public-address.ts";
import type { RuleKeeper } from "../rules/rule-keeper.ts";
import type { ColdStandby } from "../standby/cold-standby.ts";
import type { FarEnds } from "../tunnel/far-ends.ts";
import type { Terms } from "../usage/terms.ts";
import type { UplinkStates } from "../watch/uplink-states.ts";
import type { Watches } from "../watch/watches.ts";
import type { News } from "./news.ts";
import type { Wishes } from "./wishes.ts";

/** What the decider goes by, and whom it tells. */
export interface Parts {
	readonly log: Log;
	readonly news: News;
	readonly config: ConfigKeeper;
	readonly wishes: Wishes;
	readonly watches: Watches;
	readonly terms: Terms;
	readonly states: UplinkStates;
	readonly rules: RuleKeeper;
	readonly farEnds: FarEnds;
	readonly publicAddresses: PublicAddresses;
	readonly hash: HashSupport;
	readonly balancer: Balancer;
	readonly standby: ColdStandby;
	readonly applier: Applier;
}
