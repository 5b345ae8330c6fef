import type { Member, Model, Uplink } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import type { Quality } from "polywan-core/health/event";
import type { KernelIds } from "polywan-core/plan/ids";
import { lowestBit, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import type { ShareAdjustment } from "polywan-core/plan/policies";
import { policyKernelName, slotBuilder } from "polywan-core/plan/policies";
import { type Balance, balance } from "polywan-core/policy/balance";
import type { Candidate } from "polywan-core/policy/candidate";
import { isSameDecision } from "polywan-core/policy/candidate";
import { renderConnections } from "polywan-core/policy/least-connections";
import type { MeasuredMode } from "polywan-core/policy/mode";
import type { ShareRequest } from "polywan-core/policy/shares";
import { shareByMeasure } from "polywan-core/policy/shares";
import { monotonicMs } from "polywan-runtime/clock";
import { ConnectionCounter, LOOK_MS } from "./connection-counter.ts";
import { type Line, ThroughputMeter } from "./throughput-meter.ts";

/** Modes that need to know how full lines are. */
const NEED_USE: readonly MeasuredMode[] = ["least_used", "quality", "overflow"];
/** Modes that need round trips and loss, which are there: probes measure them in any case. */
const NEED_QUALITY: readonly MeasuredMode[] = ["latency", "quality"];
const QUALITY_LOOK_MS = 1000;

/** What shares of policies with a measured mode are to become. */
export interface Rebalance {
	readonly adjustments: readonly ShareAdjustment[];
	/** For the user: "policy fast IPv4: wanb 100 %; …"; counts of connections change too often to be told. */
	readonly reasons: readonly string[];
}

export interface BalancerSources {
	/** Null: not watched. */
	quality(uplink: string, family: Family): Quality | null;
	/** How long a change of shares holds at least; 0: not known. */
	adjustmentMs(): number;
	onRebalance(rebalance: Rebalance): void;
	onTrouble(trouble: string): void;
	/** Another `strainedTier`. */
	onStrain(): void;
}

interface Entry {
	readonly request: ShareRequest;
	balance: Balance;
	/** Asked for by the newest plan. */
	wanted: boolean;
}

/** Measures what policies need, and says when their shares are to change. Nothing is measured that no policy needs. */
export class Balancer {
	readonly #sources: BalancerSources;
	readonly #entries = new Map<string, Entry>();
	readonly #meter = new ThroughputMeter(() => this.#look(NEED_USE));
	#counter: ConnectionCounter | null = null;
	#counterKey = "";
	readonly #reasons: string[] = [];
	#model: Model | null = null;
	#ids: KernelIds = NO_IDS;
	#slots = slotBuilder(NO_IDS);
	#uplinks: ReadonlyMap<string, Uplink> = new Map();
	#qualityTimer: number | null = null;
	#again: number | null = null;

	constructor(sources: BalancerSources) {
		this.#sources = sources;
	}

	/** Before a plan is built from it. */
	begin(model: Model, ids: KernelIds): void {
		this.#model = model;
		this.#ids = ids;
		this.#slots = slotBuilder(ids);
		this.#uplinks = new Map(model.uplinks.map((uplink) => [uplink.name, uplink]));
		for (const entry of this.#entries.values()) entry.wanted = false;
	}

	/** What is decided for a request: `Measure` of polywan-core. */
	readonly measure = (request: ShareRequest): Balance => {
		const key = `${request.policy.name} ${request.variant.key} ${request.family}`;
		const known = this.#entries.get(key);
		const decided = this.#decide(request, known?.balance ?? null);
		this.#entries.set(key, { request, balance: decided, wanted: true });
		if (known === undefined || !isSameDecision(known.balance, decided)) this.#explain(request, decided);
		return decided;
	};

	/** After the plan was built: measures what its policies need. Gives the reasons of decisions that changed with it. */
	end(plan: Plan): readonly string[] {
		for (const [key, { wanted }] of this.#entries) if (!wanted) this.#entries.delete(key);
		this.#meter.set(this.#needs(NEED_USE) ? this.#lines(plan) : []);
		this.#setCounter();
		this.#setQualityTimer();
		return this.#reasons.splice(0);
	}

	/** Why a policy shares as it does; null where nothing is measured for it. */
	reason(policy: string, variant: string, family: Family): string | null {
		const entry = this.#entries.get(`${policy} ${variant} ${family}`);
		if (entry?.request.mode !== "least_connections") return entry?.balance.reason ?? null;
		const candidates = entry.request.eligible.map((member) => this.#candidate(member, entry.request));
		return renderConnections(candidates);
	}

	/** Of policies of mode overflow: this tier and those before it are full, or soon will be; null: the first has room. */
	strainedTier(policy: string, family: Family): number | null {
		return this.#entries.get(`${policy}  ${family}`)?.balance.strainedTier ?? null;
	}

	close(): void {
		this.#meter.close();
		this.#counter?.close();
		this.#counter = null;
		if (this.#qualityTimer !== null) clearInterval(this.#qualityTimer);
		if (this.#again !== null) clearTimeout(this.#again);
	}

	#needs(modes: readonly MeasuredMode[]): boolean {
		return [...this.#entries.values()].some(({ request }) => modes.includes(request.mode));
	}

	#lines(plan: Plan): readonly Line[] {
		return plan.uplinks.flatMap(({ name, devices }): Line[] => {
			const device = devices[4] ?? devices[6];
			const uplink = this.#uplinks.get(name);
			if (device === null || uplink === undefined) return [];
			const { downloadBitsPerSecond, uploadBitsPerSecond } = uplink;
			return [{ uplink: name, device, downloadBitsPerSecond, uploadBitsPerSecond }];
		});
	}

	#setCounter(): void {
		const mask = this.#model?.globals.markMask ?? 0;
		const needed = this.#needs(["least_connections"]);
		const marks = Object.values(this.#ids.uplinks).map((id) => id * lowestBit(mask));
		const key = needed ? [mask, ...marks].join() : "";
		if (key === this.#counterKey) return;
		this.#counterKey = key;
		this.#counter?.close();
		this.#counter = null;
		if (!needed) return;
		try {
			this.#counter = new ConnectionCounter(mask, marks, () => this.#look(["least_connections"]));
		} catch (error) {
			this.#sources.onTrouble(`connections cannot be counted: ${String(error)}`);
		}
	}

	#decide(request: ShareRequest, before: Balance | null): Balance {
		const { policy, mode, eligible } = request;
		const candidates = eligible.map((member) => this.#candidate(member, request));
		const looks = Math.max(1, this.#sources.adjustmentMs() / LOOK_MS);
		const arrivals = (this.#counter?.arrivals ?? 0) * looks;
		const { overflowPercent } = policy;
		return balance({ mode, candidates, overflowPercent, arrivals, nowMs: monotonicMs() }, before);
	}

	/** What no mode of the request looks at is not read. */
	#candidate({ uplink, tier, weight }: Member, { mode, family }: ShareRequest): Candidate {
		const known = this.#uplinks.get(uplink);
		const capacity = (known?.downloadBitsPerSecond ?? 0) + (known?.uploadBitsPerSecond ?? 0);
		const counts = mode === "least_connections";
		const quality = NEED_QUALITY.includes(mode) ? this.#sources.quality(uplink, family) : null;
		const mark = (this.#ids.uplinks[uplink] ?? 0) * lowestBit(this.#model?.globals.markMask ?? 1);
		return {
			name: uplink,
			tier,
			weight,
			rttMs: quality?.rttMs ?? null,
			lossPercent: quality?.lossPercent ?? 0,
			utilisation: counts ? null : this.#meter.use(uplink),
			capacityBitsPerSecond: capacity,
			connections: counts ? (this.#counter?.live(mark) ?? 0) : 0,
		};
	}

	/** Decides anew for those modes, and tells what is to change. */
	#look(modes: readonly MeasuredMode[]): void {
		const slots = this.#slots;
		// Counts are those of both families, so their decisions are the same.
		const counted = new Map<string, Balance>();
		const adjustments: ShareAdjustment[] = [];
		let waits = false;
		let strains = false;
		for (const entry of this.#entries.values()) {
			const { request, balance: before } = entry;
			if (!modes.includes(request.mode)) continue;
			const key = `${request.policy.name} ${before.among}`;
			const decided = counted.get(key) ?? this.#decide(request, before);
			if (request.mode === "least_connections") counted.set(key, decided);
			waits ||= monotonicMs() < before.untilMs;
			entry.balance = decided;
			strains ||= decided.strainedTier !== before.strainedTier;
			if (isSameDecision(before, decided)) continue;
			const { policy, variant, family } = request;
			const kernelName = policyKernelName(this.#ids.policies[policy.name] ?? 0, variant);
			adjustments.push({ kernelName, family, share: slots(shareByMeasure(request, () => decided)) });
			this.#explain(request, decided);
		}
		if (adjustments.length > 0) this.#sources.onRebalance({ adjustments, reasons: this.#reasons.splice(0) });
		if (strains) this.#sources.onStrain();
		if (waits && modes.includes("least_connections")) this.#lookAgain();
	}

	#explain({ policy, variant, mode, family }: ShareRequest, decided: Balance): void {
		if (mode === "least_connections") return;
		const which = variant.key === "" ? policy.name : `${policy.name} (${variant.key})`;
		this.#reasons.push(`policy ${which} IPv${family}: ${renderMembers(decided)}; ${decided.reason}`);
	}

	#setQualityTimer(): void {
		const needed = this.#needs(NEED_QUALITY);
		if (needed === (this.#qualityTimer !== null)) return;
		if (this.#qualityTimer !== null) clearInterval(this.#qualityTimer);
		this.#qualityTimer = needed ? setInterval(() => this.#look(NEED_QUALITY), QUALITY_LOOK_MS) : null;
	}

	/** Counts that changed while a decision rested are looked at when it is over, even if nothing more happens. */
	#lookAgain(): void {
		if (this.#again !== null) return;
		this.#again = setTimeout(() => {
			this.#again = null;
			this.#look(["least_connections"]);
		}, 20);
	}
}

function renderMembers({ members }: Balance): string {
	const sum = members.reduce((total, { weight }) => total + weight, 0);
	return members.map(({ name, weight }) => `${name} ${Math.round((weight * 1000) / sum) / 10} %`).join(", ");
}
