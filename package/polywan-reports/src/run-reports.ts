import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import { Log } from "polywan/log";
import { renderProblem } from "polywan-core/config/problem";
import { isTerminal } from "polywan-runtime/program";
import { onSignal } from "polywan-runtime/signal";
import { UbusConnection } from "ubus-js/bus";
import { Feed } from "./bus/feed.ts";
import { readReports } from "./config/read.ts";

/** Runs everything that is switched on until SIGTERM or SIGINT; gives the exit code. */
export async function runReports({ foreground }: { foreground: boolean }): Promise<number> {
	const log = new Log(foreground || isTerminal(2));
	const model = readReports();
	for (const problem of model.problems) log.write(problem.severity, `reports: ${renderProblem(problem)}`);
	const bus = new UbusConnection(connectUbus(ubusSocketPath()));
	bus.start();
	const feed = new Feed(bus, 1000, []);
	void feed.run();
	await ended();
	feed.close();
	bus.close();
	return 0;
}

function ended(): Promise<void> {
	return new Promise((resolve) => {
		onSignal("SIGTERM", resolve);
		onSignal("SIGINT", resolve);
	});
}
