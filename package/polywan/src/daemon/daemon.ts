import type { StateChange } from "polywan-core/health/event";
import { pid } from "polywan-runtime/program";
import { UbusConnection } from "ubus-js/bus";
import type { ApplyResult } from "../apply/applier.ts";
import { errorMessage } from "../apply/tool.ts";
import { PolywanObject } from "../bus/polywan-object.ts";
import { connectUbus, ubusSocketPath } from "../bus/transport.ts";
import { switchAccountingOn } from "../connections/accounting.ts";
import { DomainKeeper } from "../domain/domain-keeper.ts";
import { LinkWatcher } from "../link/watcher.ts";
import type { Log } from "../log.ts";
import { Tools } from "../tool/tool-methods.ts";
import { Trial } from "../trial/trial.ts";
import type { FamilyWatch } from "../watch/family-watch.ts";
import { familyName } from "../watch/watches.ts";
import { buildParts, type DaemonParts } from "./build-parts.ts";
import { DaemonController } from "./controller.ts";
import { HookRunner } from "./hooks.ts";
import { partMethods } from "./part-methods.ts";
import { EMPTY_STATE, readGoodConfig, readState, type SavedState, writeState } from "./state-file.ts";
import { StatusReader } from "./status-reader.ts";

/** The parts at work: what happens in one and concerns several is told here. What follows from it, the decider says. */
export class Daemon {
	readonly #parts: DaemonParts;
	readonly #reader: StatusReader;
	readonly #controller: DaemonController;
	readonly #bus: UbusConnection;
	readonly #object: PolywanObject;
	readonly #linkWatcher: LinkWatcher;
	readonly #trial: Trial;
	readonly #hooks: HookRunner;
	readonly #domains: DomainKeeper;
	readonly #tools = new Tools((name) =>
		this.#parts.config.model.uplinks.some((uplink) => uplink.name === name),
	);

	constructor(log: Log) {
		this.#bus = new UbusConnection(connectUbus(ubusSocketPath()), {
			onState: (state, error) => log.write("notice", `ubus ${state}`, { error: error?.message }),
			onError: (error, attempt) => log.write("warning", "ubus trouble", { attempt, error: String(error) }),
		});
		this.#parts = buildParts(log, this.#bus, readState() ?? EMPTY_STATE, {
			onNews: (last) => this.#object.changed(last),
			onConfigFile: () => void this.reload(),
			onHealth: (watch, change) => this.#onHealth(watch, change),
			onApplied: (result) => this.#onApplied(result),
			onDecided: () => this.#save(),
		});
		const { applier, news, rules, watches } = this.#parts;
		this.#reader = new StatusReader(this.#parts);
		this.#controller = new DaemonController(this.#parts, this.#reader, {
			takeConfig: () => this.#takeConfig(),
			save: () => this.#save(),
		});
		this.#hooks = new HookRunner(
			(uplink, reason) => news.tell({ kind: "hook", uplink, reason }),
			() => applier.idle(),
		);
		this.#domains = new DomainKeeper({
			onLimit: (limit) => rules.setDomainLimit(limit),
			onTrouble: (trouble) => log.write("warning", trouble),
		});
		this.#trial = new Trial({
			bus: this.#bus,
			configInForce: readGoodConfig,
			onReturned: () => void this.reload(),
			onWishes: (wanted) => {
				for (const [uplink, wish] of Object.entries(wanted)) void this.#controller.setWanted(uplink, wish);
			},
			tell: (reason) => news.tell({ kind: "trial", reason }),
		});
		this.#object = new PolywanObject(
			this.#bus,
			this.#controller,
			partMethods({
				parts: this.#parts,
				reader: this.#reader,
				controller: this.#controller,
				bus: this.#bus,
				trial: this.#trial,
				tools: this.#tools,
			}),
		);
		this.#linkWatcher = new LinkWatcher({
			bus: this.#bus,
			onLinks: (links, devices, tunnels) => {
				applier.suspectRouting();
				this.#parts.farEnds.set(tunnels);
				this.#parts.decider.takeLinks(links, devices);
			},
			onEvidence: ({ uplink, family, reason }) => watches.get(uplink, family)?.evidence(reason),
			log: log.write,
		});
	}

	start(): void {
		const { config, decider, news, rules } = this.#parts;
		news.tell({
			kind: "daemon",
			reason: decider.plan === null ? "started" : "started; the rules in force are taken over",
		});
		this.#trial.start();
		config.readNow();
		rules.refresh();
		this.#takeConfig();
		this.#bus.start();
		this.#linkWatcher.start().catch((error: unknown) => {
			news.tell({ kind: "daemon", reason: `links cannot be watched: ${errorMessage(error)}` });
		});
	}

	/** Ends everything but what the kernel has. */
	async stop(): Promise<void> {
		this.#save();
		this.#object.close();
		// Answers to those who wait leave in this turn of the loop.
		await new Promise<void>((resolve) => setTimeout(resolve, 0));
		const { applier, balancer, config, decider, farEnds, publicAddresses, rules, standby, terms, watches } =
			this.#parts;
		terms.stop();
		this.#tools.close();
		decider.close();
		publicAddresses.close();
		this.#trial.close();
		this.#linkWatcher.close();
		farEnds.close();
		balancer.close();
		standby.close();
		watches.close();
		applier.close();
		this.#domains.close();
		rules.close();
		config.close();
		this.#bus.close();
	}

	/** Reads the configuration again; ends when it is in force. */
	async reload(): Promise<void> {
		await this.#controller.reload();
	}

	#takeConfig(): void {
		const { config, decider, log } = this.#parts;
		const { globals, uplinks } = config.model;
		log.level = globals.logLevel;
		log.rooms = globals.logRooms;
		this.#hooks.timeoutMs = globals.hookTimeoutMs;
		decider.takeConfig();
		for (const problem of this.#reader.problems())
			log.write(problem.severity, "configuration problem", { ...problem });
		this.#linkWatcher.setUplinks(uplinks);
	}

	#onHealth(watch: FamilyWatch, change: StateChange): void {
		const { decider, news, watches } = this.#parts;
		decider.divert(watch);
		const { uplink, link } = watch;
		const family = familyName(watch.family);
		news.tell({ kind: "uplink", uplink, family, ...change });
		// What killed one family has often killed the other: look at once instead of at its next probe.
		if (change.to === "down")
			watches.get(uplink, watch.family === 4 ? 6 : 4)?.evidence(`IPv${watch.family} is down`);
		const { interface: name = "", device = "" } = link ?? {};
		const { to: action, reason } = change;
		// The kernel comes first.
		setTimeout(() => this.#hooks.run({ action, uplink, family, interface: name, device, reason }), 0);
		if (change.from === "starting" && change.to === "up") decider.later();
		else decider.soon();
	}

	#onApplied(result: ApplyResult): void {
		const { applier, config, decider, log, news, rules } = this.#parts;
		const fields = { ms: result.tookMs, error: result.error };
		log.write(result.error === null ? "info" : "error", "kernel changed", fields);
		rules.setModel(config.model, applier.firewall);
		if (result.error === null && decider.plan !== null)
			this.#domains.applied(decider.plan, applier.firewall, result.rebuilt);
		if (result.repair !== null) news.tell({ kind: "repair", reason: result.repair });
		if (result.event !== null) news.tell({ kind: "apply", reason: result.event });
		else if (result.repair === null) news.advance();
		this.#switchAccounting();
		this.#save();
		news.publish();
	}

	/** After a change: only with the first one connection tracking is there for certain. */
	#switchAccounting(): void {
		const { config, log } = this.#parts;
		if (!config.model.globals.accounting) return;
		try {
			switchAccountingOn();
		} catch (error) {
			log.write("warning", "connections cannot be counted", { error: String(error) });
		}
	}

	#save(): void {
		const { applier, decider, log, news, watches, wishes } = this.#parts;
		const state: SavedState = {
			...EMPTY_STATE,
			pid: pid(),
			sequence: news.sequence,
			ids: decider.ids,
			...wishes.saved,
			down: decider.links === null ? (readState()?.down ?? []) : watches.down(),
			...applier.saved,
		};
		try {
			writeState(state);
		} catch (error) {
			log.write("error", "the state cannot be saved", { error: String(error) });
		}
	}
}
