import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Family } from "polywan-core/family";
import type { StateChange } from "polywan-core/health/event";
import type { InterfaceDevices, Link } from "polywan-core/link";
import { buildPlan } from "polywan-core/plan/build";
import { divertShares } from "polywan-core/plan/divert";
import { allocateKernelIds, type KernelIds } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import { adjustShares } from "polywan-core/plan/policies";
import { listSharedDevices } from "polywan-core/plan/shared-device";
import type { CustomWeights } from "polywan-core/policy/shares";
import type { PolywanEvent, Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { readCounters } from "polywan-runtime/interface";
import { pid } from "polywan-runtime/program";
import { UbusConnection } from "ubus-js/bus";
import { Applier, type ApplyResult } from "./apply/applier.ts";
import { diffKernel } from "./apply/kernel-diff.ts";
import { errorMessage } from "./apply/tool.ts";
import { backupMethods } from "./backup/backup-methods.ts";
import { buildStatus, type FamilyFacts } from "./bus/build-status.ts";
import { EventRing, type NewEvent } from "./bus/event-ring.ts";
import { type Controller, PolywanObject } from "./bus/polywan-object.ts";
import { ruleMethods } from "./bus/rule-methods.ts";
import { connectUbus, ubusSocketPath } from "./bus/transport.ts";
import { CONFIG_FILE, ConfigKeeper } from "./config/config-keeper.ts";
import { switchAccountingOn } from "./connections/accounting.ts";
import { connectionMethods } from "./connections/connection-methods.ts";
import { findDeaths } from "./deaths.ts";
import { doctorMethods } from "./doctor/doctor-method.ts";
import { DomainKeeper } from "./domain/domain-keeper.ts";
import type { FamilyWatch } from "./family-watch.ts";
import { HookRunner } from "./hooks.ts";
import { importMethods } from "./import/import-method.ts";
import { LinkWatcher } from "./link/watcher.ts";
import { Balancer, type Rebalance } from "./load/balancer.ts";
import { HashSupport } from "./load/hash-support.ts";
import { listModeProblems } from "./load/mode-problems.ts";
import type { Log } from "./log.ts";
import { renderBadTargets } from "./probe/bad-target-problems.ts";
import { PublicAddresses } from "./probe/public-address.ts";
import { reportsMethods } from "./reports/reports-method.ts";
import { RuleKeeper } from "./rules/rule-keeper.ts";
import { renderShareChanges } from "./share-changes.ts";
import { ColdStandby } from "./standby/cold-standby.ts";
import {
	EMPTY_STATE,
	readGoodConfig,
	readState,
	type SavedState,
	type Wanted,
	writeState,
} from "./state-file.ts";
import { logMethods } from "./syslog/log-method.ts";
import { Tools } from "./tool/tool-methods.ts";
import { Trial } from "./trial/trial.ts";
import { trialMethods } from "./trial/trial-method.ts";
import { FarEnds } from "./tunnel/far-ends.ts";
import type { Tunnel } from "./tunnel/tunnel.ts";
import { UplinkStates } from "./uplink-states.ts";
import { Terms } from "./usage/terms.ts";
import { usageMethods } from "./usage/usage-methods.ts";
import { VERSION } from "./version.ts";
import { WallClock } from "./wall-clock.ts";
import { familyName, Watches } from "./watches.ts";
import type { InForce } from "./why/answer.ts";
import { whyMethods } from "./why/why-method.ts";
import { whyNotBy } from "./why/why-not.ts";

/** Answers of all uplinks to their first probes come within this. */
const CALM_MS = 50;

/**
 * The daemon: what happens outside (links, probes, the configuration, wishes) leads to one place, `#decide`, which makes the next plan
 * and hands it to the applier.
 */
export class Daemon implements Controller {
	readonly #log: Log;
	readonly #startedMs = monotonicMs();
	readonly #clock = new WallClock(wallMs, monotonicMs);
	readonly #ring: EventRing;
	readonly #config: ConfigKeeper;
	readonly #bus: UbusConnection;
	readonly #trial: Trial;
	readonly #object: PolywanObject;
	readonly #linkWatcher: LinkWatcher;
	readonly #watches: Watches;
	readonly #applier: Applier;
	readonly #hooks: HookRunner;
	readonly #wanted = new Map<string, Wanted>();
	readonly #rules = new RuleKeeper(() => this.#decideSoon());
	readonly #domains: DomainKeeper;
	readonly #farEnds = new FarEnds(() => this.#decideSoon());
	readonly #terms: Terms;
	readonly #states: UplinkStates;
	readonly #publicAddresses: PublicAddresses;
	readonly #balancer = new Balancer({
		quality: (uplink, family) => this.#watches.get(uplink, family)?.quality() ?? null,
		adjustmentMs: () => this.#applier.adjustmentMs,
		onRebalance: (rebalance) => this.#rebalance(rebalance),
		onTrouble: (reason) => this.#tell({ kind: "shares", reason }),
		onStrain: () => this.#plan !== null && this.#standby.set(this.#model, this.#plan),
	});
	#weights: CustomWeights;
	readonly #standby: ColdStandby;
	readonly #tools = new Tools((name) => this.#model.uplinks.some((uplink) => uplink.name === name));
	readonly #hash = new HashSupport(() => this.#decideSoon());
	#ids: KernelIds;
	#idProblems: readonly Problem[] = [];
	#links: readonly Link[] | null = null;
	#devices: InterfaceDevices = new Map();
	#plan: Plan | null;
	/** The plan before uplinks died whose connections go elsewhere already; null: none has. */
	#undiverted: Plan | null = null;
	#deciding = false;
	#calmTimer: number | null = null;
	#lastEvent: PolywanEvent | null = null;

	constructor(log: Log) {
		const saved = readState() ?? EMPTY_STATE;
		this.#log = log;
		this.#ring = new EventRing(saved.sequence);
		this.#ids = saved.ids;
		this.#weights = saved.weights;
		this.#plan = saved.plan;
		for (const [uplink, wanted] of Object.entries(saved.wanted)) this.#wanted.set(uplink, wanted);
		this.#hooks = new HookRunner(
			(uplink, reason) => this.#tell({ kind: "hook", uplink, reason }),
			() => this.#applier.idle(),
		);
		this.#config = new ConfigKeeper(CONFIG_FILE, () => void this.reload());
		this.#watches = new Watches(saved.down, {
			onChange: (watch, change) => this.#onHealth(watch, change),
			onMethod: ({ uplink, family }, reason) =>
				this.#tell({ kind: "probe", uplink, family: familyName(family), reason }),
			onTargets: (reason) => this.#tell({ kind: "probe", reason }),
		});
		this.#applier = new Applier(saved, {
			onResult: (result) => this.#onApplied(result),
			onTrouble: (reason) => this.#tell({ kind: "apply", reason }),
		});
		this.#publicAddresses = new PublicAddresses({
			onFound: (uplink, family, reason) =>
				this.#tell({ kind: "address", uplink, family: familyName(family), reason }),
		});
		this.#terms = new Terms({
			onUsage: (uplink, reason) => this.#tell({ kind: "usage", uplink: uplink ?? null, reason }),
			onSchedule: (uplink, reason) => this.#tell({ kind: "schedule", uplink: uplink ?? null, reason }),
			onChange: () => this.#decideSoon(),
		});
		this.#states = new UplinkStates(this.#watches, this.#terms, this.#wanted);
		this.#domains = new DomainKeeper({
			onLimit: (limit) => this.#rules.setDomainLimit(limit),
			onTrouble: (trouble) => this.#log.write("warning", trouble),
		});
		this.#bus = new UbusConnection(connectUbus(ubusSocketPath()), {
			onState: (state, error) => log.write("notice", `ubus ${state}`, { error: error?.message }),
			onError: (error, attempt) => log.write("warning", "ubus trouble", { attempt, error: String(error) }),
		});
		this.#trial = new Trial({
			bus: this.#bus,
			configInForce: readGoodConfig,
			onReturned: () => void this.reload(),
			onWishes: (wanted) => {
				for (const [uplink, wish] of Object.entries(wanted)) void this.setWanted(uplink, wish);
			},
			tell: (reason) => this.#tell({ kind: "trial", reason }),
		});
		this.#standby = new ColdStandby(
			this.#bus,
			(uplink, reason) => this.#tell({ kind: "uplink", uplink, reason }),
			() => this.#decideSoon(),
			(policy, family) => this.#balancer.strainedTier(policy, family),
		);
		this.#object = new PolywanObject(this.#bus, this, {
			...trialMethods(this.#trial),
			...usageMethods(
				this.#terms,
				(uplink) => this.#plan?.uplinks.find(({ name }) => name === uplink)?.limit !== undefined,
			),
			...this.#publicAddresses.methods(),
			...connectionMethods(
				() => this.#plan,
				(tuples) => this.#applier.reset(tuples),
			),
			...doctorMethods(),
			...this.#tools.methods(),
			...logMethods(log),
			...whyMethods(() => this.#inForce()),
			...importMethods(),
			...reportsMethods(),
			...backupMethods({
				trial: this.#trial,
				bus: this.#bus,
				wanted: () => Object.fromEntries(this.#wanted),
				setWanted: (uplink, wanted) => this.setWanted(uplink, wanted),
				reload: () => this.reload(),
			}),
			...ruleMethods(
				() => this.status(),
				() => this.#applier.counters(),
			),
		});
		this.#linkWatcher = new LinkWatcher({
			bus: this.#bus,
			onLinks: (links, devices, tunnels) => this.#onLinks(links, devices, tunnels),
			onEvidence: ({ uplink, family, reason }) => this.#watches.get(uplink, family)?.evidence(reason),
			log: log.write,
		});
	}

	start(): void {
		this.#tell({
			kind: "daemon",
			reason: this.#plan === null ? "started" : "started; the rules in force are taken over",
		});
		this.#trial.start();
		this.#config.readNow();
		this.#rules.refresh();
		this.#takeConfig();
		this.#bus.start();
		this.#linkWatcher.start().catch((error: unknown) => {
			this.#tell({ kind: "daemon", reason: `links cannot be watched: ${errorMessage(error)}` });
		});
	}

	/** Ends everything but what the kernel has. */
	async stop(): Promise<void> {
		this.#save();
		this.#object.close();
		// Answers to those who wait leave in this turn of the loop.
		await new Promise<void>((resolve) => setTimeout(resolve, 0));
		this.#terms.stop();
		this.#tools.close();
		if (this.#calmTimer !== null) clearTimeout(this.#calmTimer);
		this.#publicAddresses.close();
		this.#trial.close();
		this.#linkWatcher.close();
		this.#farEnds.close();
		this.#balancer.close();
		this.#standby.close();
		this.#watches.close();
		this.#applier.close();
		this.#domains.close();
		this.#rules.close();
		this.#config.close();
		this.#bus.close();
	}

	get sequence(): number {
		return this.#ring.sequence;
	}

	events(since: number, limit: number): readonly PolywanEvent[] {
		return this.#ring.list(since, limit);
	}

	async reload(): Promise<readonly Problem[]> {
		if (await this.#config.readSettled()) {
			this.#takeConfig();
			this.#tell({ kind: "config", reason: renderReading(this.#config.problems) });
			this.#decideSoon();
		}
		if (this.#rules.refresh()) this.#decideSoon();
		await this.#settled();
		return this.#problems();
	}

	async setWanted(uplink: string, wanted: Wanted): Promise<boolean> {
		if (!this.#model.uplinks.some(({ name }) => name === uplink)) return false;
		const before = this.#wanted.get(uplink) ?? "auto";
		if (before === wanted) return true;
		this.#wanted.set(uplink, wanted);
		const reason = wanted === "auto" ? "left to its probes again" : `kept ${wanted} by hand`;
		this.#tell({ kind: "uplink", uplink, reason });
		this.#decideSoon();
		await this.#settled();
		return true;
	}

	status(): Status {
		return buildStatus({
			version: VERSION,
			uptimeMs: monotonicMs() - this.#startedMs,
			sequence: this.sequence,
			model: this.#model,
			problems: this.#problems(),
			plan: this.#plan,
			firewall: this.#applier.firewall,
			apply: this.#applier.status,
			wanted: this.#states.wanted,
			shareReason: (policy, variant, family) => this.#balancer.reason(policy, variant, family),
			family: (uplink, family) => this.#familyFacts(uplink, family),
			traffic: readTraffic,
			quota: (uplink) => this.#terms.quota(uplink),
		});
	}

	async setWeights(policy: string, weights: Readonly<Record<string, number>>): Promise<boolean> {
		const found = this.#model.policies.find(({ name, mode }) => name === policy && mode === "custom");
		const members = found?.members.map(({ uplink }) => uplink) ?? [];
		if (found === undefined || !Object.keys(weights).every((uplink) => members.includes(uplink)))
			return false;
		this.#weights = { ...this.#weights, [policy]: { ...weights } };
		const list = Object.entries(weights).map(([uplink, weight]) => `${uplink} ${weight}`);
		const what = list.length === 0 ? "those of the configuration" : list.join(", ");
		this.#tell({ kind: "shares", reason: `policy ${policy}: weights set by hand, ${what}` });
		this.#decideSoon();
		await this.#settled();
		this.#save();
		return true;
	}

	async script(): Promise<Readonly<Record<string, string>>> {
		const { renderScripts } = await import("./apply/scripts.ts");
		return this.#plan === null ? {} : renderScripts(this.#plan, this.#applier.firewall);
	}

	async diff(): Promise<readonly string[]> {
		await this.#settled();
		if (this.#plan === null) return [];
		return diffKernel(this.#plan, this.#applier.firewall);
	}

	config(): Readonly<Record<string, unknown>> {
		return { ...this.#model, problems: this.#problems() };
	}

	#inForce(): InForce | null {
		const { plan } = this.#applier.saved;
		if (plan === null) return null;
		return { plan, model: this.#model, firewall: this.#applier.firewall, whyNot: whyNotBy(this.status()) };
	}

	get #model(): Model {
		return this.#config.model;
	}

	#problems(): readonly Problem[] {
		const waiting = this.#rules.problems(this.#model, this.#devices, this.#applier.firewall);
		const silent = renderBadTargets(this.#model, this.#watches.badTargets);
		return [
			...this.#config.problems,
			...this.#idProblems,
			...listSharedDevices(this.#model, this.#links ?? []),
			...waiting,
			...silent,
			...this.#applier.problems,
			...this.#terms.problems,
			...listModeProblems(this.#model, this.#applier.firewall, this.#hash.isThere),
		];
	}

	#takeConfig(): void {
		const { globals, uplinks } = this.#model;
		this.#log.level = globals.logLevel;
		this.#hooks.timeoutMs = globals.hookTimeoutMs;
		const { ids, problems } = allocateKernelIds(this.#model, this.#ids);
		this.#ids = ids;
		this.#idProblems = problems;
		for (const problem of this.#problems())
			this.#log.write(problem.severity, "configuration problem", { ...problem });
		this.#linkWatcher.setUplinks(uplinks);
	}

	#onLinks(links: readonly Link[], devices: InterfaceDevices, tunnels: readonly Tunnel[]): void {
		this.#links = links;
		this.#devices = devices;
		this.#applier.suspectRouting();
		this.#farEnds.set(tunnels);
		this.#decideSoon();
	}

	#onHealth(watch: FamilyWatch, change: StateChange): void {
		this.#divert(watch);
		const { uplink, link } = watch;
		const family = familyName(watch.family);
		this.#tell({ kind: "uplink", uplink, family, ...change });
		// What killed one family has often killed the other: look at once instead of at its next probe.
		if (change.to === "down")
			this.#watches.get(uplink, watch.family === 4 ? 6 : 4)?.evidence(`IPv${watch.family} is down`);
		const { interface: name = "", device = "" } = link ?? {};
		const { to: action, reason } = change;
		// The kernel comes first.
		setTimeout(() => this.#hooks.run({ action, uplink, family, interface: name, device, reason }), 0);
		if (change.from === "starting" && change.to === "up") this.#decideLater();
		else this.#decideSoon();
	}

	/** What changes nothing for new connections must not hold up what is under way: at the start every uplink answers, each by itself. */
	#decideLater(): void {
		this.#calmTimer ??= setTimeout(() => this.#decideSoon(), CALM_MS);
	}

	/** Everything that happened in this turn of the loop leads to one plan. */
	#decideSoon(): void {
		if (this.#deciding) return;
		this.#deciding = true;
		if (this.#calmTimer !== null) clearTimeout(this.#calmTimer);
		this.#calmTimer = null;
		queueMicrotask(() => this.#decide());
	}

	/** Ends when what was decided is in force, or failed. */
	async #settled(): Promise<void> {
		await Promise.resolve();
		await this.#applier.idle();
	}

	#decide(): void {
		if (this.#links !== null && this.#config.usable) this.#takeLinks(this.#links);
		// What that led to is part of this decision.
		this.#deciding = false;
		if (this.#links === null || !this.#config.usable || !this.#farEnds.isReady) {
			this.#publish();
			return;
		}
		const before = this.#undiverted ?? this.#plan;
		this.#undiverted = null;
		this.#rules.setModel(this.#model, this.#applier.firewall);
		this.#balancer.begin(this.#model, this.#ids);
		if (this.#applier.firewall !== "iptables") this.#hash.setModel(this.#model);
		const plan = buildPlan({
			...this.#rules.facts,
			...this.#shareFacts(),
			measure: this.#balancer.measure,
			model: this.#model,
			links: this.#links,
			states: this.#states.list(),
			ids: this.#ids,
			devices: this.#devices,
			farEnds: this.#farEnds.known,
			limitOf: (uplink) => this.#terms.limit(uplink),
		});
		const stateOf = (uplink: string, family: Family) => this.#states.effective({ uplink, family });
		this.#plan = plan;
		if (before !== null && isMoved(before, plan)) {
			const reason = "mark mask, tables or priorities are others now; connections that are there start anew";
			this.#log.write("warning", reason);
			this.#tell({ kind: "config", reason });
		}
		this.#applier.apply({
			plan,
			firewall: this.#model.globals.firewall,
			deaths: before === null ? [] : findDeaths(before, plan, stateOf),
		});
		// A kill before the change is done must not make the next start trust what is known to be down; the change goes first.
		setTimeout(() => this.#save(), 0);
		const reasons = [...renderShareChanges(before, plan), ...this.#balancer.end(plan)];
		for (const reason of reasons) this.#tell({ kind: "shares", reason });
		this.#standby.set(this.#model, plan);
		this.#publish();
	}

	#takeLinks(links: readonly Link[]): void {
		this.#states.setModel(this.#model);
		this.#watches.set(this.#model, links, this.#ids);
		this.#terms.set(this.#model, links);
		this.#publicAddresses.set(this.#model, links, this.#ids.uplinks);
	}

	/** What shares depend on besides the configuration, states and measurements. */
	#shareFacts() {
		return {
			customWeights: this.#weights,
			canHash: this.#hash.isThere,
			standingOf: this.#states.standing,
			isClosed: (policy: string) => this.#terms.isClosed(policy),
		};
	}

	/** New connections go elsewhere at once where others can take them; everything else that a death means can wait for the whole plan. */
	#divert(watch: FamilyWatch): void {
		const { uplink, family } = watch;
		const plan = this.#plan;
		const isKnown = this.#watches.get(uplink, family) === watch;
		if (plan === null || !isKnown || this.#states.isUsable(uplink, family)) return;
		const shares = { ...this.#shareFacts(), isEligible: this.#states.isUsable };
		const adjustments = divertShares(plan, uplink, family, { model: this.#model, ids: this.#ids, shares });
		if (adjustments.length === 0) return;
		const next = adjustShares(plan, adjustments);
		const names = adjustments.map(({ kernelName }) => kernelName);
		if (!this.#applier.divert(next, names)) return;
		this.#undiverted ??= plan;
		this.#plan = next;
	}

	/** What is measured asks for other shares: those alone are changed, unless routes follow them. */
	#rebalance({ adjustments, reasons }: Rebalance): void {
		const plan = this.#plan;
		if (plan === null || this.#deciding) return;
		const next = adjustShares(plan, adjustments);
		if (next === plan) return;
		for (const reason of reasons) this.#tell({ kind: "shares", reason });
		const { defaultTarget } = plan;
		const names = adjustments.map(({ kernelName }) => kernelName);
		if (reasons.length > 0 && defaultTarget.kind === "policy" && names.includes(defaultTarget.kernelName))
			this.#decideSoon();
		else {
			this.#plan = next;
			this.#applier.adjust(next, names);
		}
	}

	#familyFacts(uplink: string, family: Family): FamilyFacts | null {
		const watch = this.#watches.get(uplink, family);
		if (watch === null) return null;
		const { sinceMs, link } = watch;
		const refusal = this.#states.refusal(uplink);
		const resting = this.#standby.isResting(uplink) ? "at rest: brought up when it is needed" : null;
		const reason = refusal ?? resting ?? watch.reason;
		return {
			state: this.#states.effective(watch),
			sinceWallMs: this.#clock.timeOf(sinceMs),
			reason,
			link,
			quality: watch.quality(),
			spans: () => watch.spans(),
			publicAddress: this.#publicAddresses.known(uplink, family),
		};
	}

	#onApplied(result: ApplyResult): void {
		const fields = { ms: result.tookMs, error: result.error };
		this.#log.write(result.error === null ? "info" : "error", "kernel changed", fields);
		this.#rules.setModel(this.#model, this.#applier.firewall);
		if (result.error === null && this.#plan !== null)
			this.#domains.applied(this.#plan, this.#applier.firewall, result.rebuilt);
		if (result.repair !== null) this.#tell({ kind: "repair", reason: result.repair });
		if (result.event !== null) this.#tell({ kind: "apply", reason: result.event });
		else if (result.repair === null) this.#ring.advance();
		this.#switchAccounting();
		this.#save();
		this.#publish();
	}

	/** After a change: only with the first one connection tracking is there for certain. */
	#switchAccounting(): void {
		if (!this.#model.globals.accounting) return;
		try {
			switchAccountingOn();
		} catch (error) {
			this.#log.write("warning", "connections cannot be counted", { error: String(error) });
		}
	}

	#tell(event: NewEvent): void {
		this.#lastEvent = this.#ring.add(event, wallMs());
		const { reason, kind, ...rest } = event;
		this.#log.write("notice", kind, { ...rest, reason });
		if (!this.#deciding) queueMicrotask(() => this.#publish());
	}

	/** Tells the bus what happened since the last time. */
	#publish(): void {
		if (this.#deciding) return;
		this.#object.changed(this.#lastEvent);
		this.#lastEvent = null;
	}

	#save(): void {
		const state: SavedState = {
			...EMPTY_STATE,
			pid: pid(),
			sequence: this.sequence,
			ids: this.#ids,
			wanted: Object.fromEntries(this.#wanted),
			weights: this.#weights,
			down: this.#links === null ? (readState()?.down ?? []) : this.#watches.down(),
			...this.#applier.saved,
		};
		try {
			writeState(state);
		} catch (error) {
			this.#log.write("error", "the state cannot be saved", { error: String(error) });
		}
	}
}

function renderReading(problems: readonly Problem[]): string {
	const errors = problems.filter(({ severity }) => severity === "error").length;
	return errors === 0
		? "configuration read"
		: `configuration read; ${errors} ${errors === 1 ? "error" : "errors"} in it`;
}

function readTraffic(device: string): { rxBytes: number; txBytes: number } {
	try {
		return readCounters(device);
	} catch {
		return { rxBytes: 0, txBytes: 0 };
	}
}

/** Whether nothing in the kernel is where it was. */
function isMoved(before: Plan, after: Plan): boolean {
	return (
		before.markMask !== after.markMask ||
		before.tableBase !== after.tableBase ||
		before.priorityBase !== after.priorityBase
	);
}
