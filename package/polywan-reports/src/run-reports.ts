import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import { Log, type LogWriter } from "polywan/log";
import { renderProblem } from "polywan-core/config/problem";
import { isTerminal } from "polywan-runtime/program";
import { onSignal } from "polywan-runtime/signal";
import { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { Feed, type Listener } from "./bus/feed.ts";
import { PartLog } from "./bus/part-log.ts";
import { type PartStatus, publishReports } from "./bus/reports-object.ts";
import type { ReportsModel } from "./config/model.ts";
import { guardSecrets, hostName, readReports } from "./config/read.ts";
import { HistoryKeeper } from "./history/history.ts";
import { Publisher } from "./mqtt/publisher.ts";
import { Router } from "./mqtt/router.ts";
import { forgetOtherBacklogs } from "./notify/backlog-file.ts";
import { Notifier } from "./notify/notifier.ts";
import { Plugin } from "./plugin/plugin.ts";

/** The daemon holds a question up to 45 s. */
const MOST_PACE_MS = 30_000;

/** A part of the program, by what is configured. */
interface Part extends Listener {
	/** For messages. */
	readonly name: string;
	/** Why it does not do what it should; null while it does. */
	readonly trouble: string | null;
	start(): void;
	close(): void | Promise<void>;
}

/** Runs everything that is switched on until SIGTERM or SIGINT; gives the exit code. */
export async function runReports({ foreground }: { foreground: boolean }): Promise<number> {
	const log = new Log(foreground || isTerminal(2));
	guardSecrets();
	const model = readReports();
	forgetOtherBacklogs(model.notifiers.map(({ name }) => name));
	for (const problem of model.problems) log.write(problem.severity, renderProblem(problem));
	const bus = new UbusConnection(connectUbus(ubusSocketPath()));
	bus.start();
	const logs = new Map<Part, PartLog>();
	const build = <T extends Part>(make: (log: LogWriter) => T): T => {
		const own = new PartLog(log.write);
		const part = make(own.write);
		logs.set(part, own);
		return part;
	};
	const { mqtt, history: kept } = model;
	const history = kept === null ? null : build((write) => new HistoryKeeper(kept, write));
	const publisher = mqtt === null ? null : build((write) => new Publisher(mqtt, new Router(bus), write));
	const notifiers = new Map(
		model.notifiers.map((each) => [each.name, build((write) => new Notifier(each, hostName(), write))]),
	);
	const plugins = model.plugins.map((plugin) => build((write) => new Plugin(plugin, write)));
	const parts: Part[] = [
		...(history ? [history] : []),
		...(publisher ? [publisher] : []),
		...notifiers.values(),
		...plugins,
	];
	const tell = () => parts.map((part) => tellPart(part, logs.get(part)));
	const tests = new Map([...notifiers].map(([name, notifier]) => [name, () => notifier.test()]));
	publishReports(bus, model.problems, tell, tests, {
		metrics: {
			call: () => ({ families: plugins.flatMap(({ families }) => families) }) as unknown as BlobTable,
		},
		...(history !== null && { history: history.method }),
	});
	for (const part of parts) part.start();
	const feed = new Feed(bus, paceOf(model), parts);
	void feed.run();
	await ended();
	feed.close();
	await Promise.all(parts.map((part) => part.close()));
	bus.close();
	return 0;
}

function tellPart({ name, trouble }: Part, log: PartLog | undefined): PartStatus {
	const state = trouble === null ? "ok" : "trouble";
	return { name, state, trouble: trouble ?? "", troubles: log?.troubles ?? [] };
}

/** As often as the part that wants most figures: history looks every second. */
function paceOf({ mqtt, history }: ReportsModel): number {
	if (history !== null) return 1000;
	const wantedMs = Math.min(mqtt?.intervalMs ?? MOST_PACE_MS, MOST_PACE_MS);
	return Math.max(1000, Math.floor(wantedMs / 1000) * 1000);
}

function ended(): Promise<void> {
	return new Promise((resolve) => {
		onSignal("SIGTERM", resolve);
		onSignal("SIGINT", resolve);
	});
}
