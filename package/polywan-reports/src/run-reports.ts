import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import { Log } from "polywan/log";
import { renderProblem } from "polywan-core/config/problem";
import { isTerminal } from "polywan-runtime/program";
import { onSignal } from "polywan-runtime/signal";
import { UbusConnection } from "ubus-js/bus";
import { Feed } from "./bus/feed.ts";
import type { ReportsModel } from "./config/model.ts";
import { hostName, readReports } from "./config/read.ts";
import { Publisher } from "./mqtt/publisher.ts";
import { Router } from "./mqtt/router.ts";
import { Notifier } from "./notify/notifier.ts";

/** The daemon holds a question up to 45 s. */
const MOST_PACE_MS = 30_000;

/** Runs everything that is switched on until SIGTERM or SIGINT; gives the exit code. */
export async function runReports({ foreground }: { foreground: boolean }): Promise<number> {
	const log = new Log(foreground || isTerminal(2));
	const model = readReports();
	for (const problem of model.problems) log.write(problem.severity, `reports: ${renderProblem(problem)}`);
	const bus = new UbusConnection(connectUbus(ubusSocketPath()));
	bus.start();
	const publisher = model.mqtt === null ? null : new Publisher(model.mqtt, new Router(bus), log.write);
	publisher?.start();
	const notifiers = model.notifiers.map((notifier) => new Notifier(notifier, hostName(), log.write));
	const feed = new Feed(bus, paceOf(model), [...(publisher ? [publisher] : []), ...notifiers]);
	void feed.run();
	await ended();
	feed.close();
	for (const notifier of notifiers) notifier.close();
	await publisher?.close();
	bus.close();
	return 0;
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
