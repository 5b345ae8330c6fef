import type { PolywanEvent, Status } from "polywan-core/status";
import { wallMs } from "polywan-runtime/clock";
import { isTerminal } from "polywan-runtime/program";
import type { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { NoDaemonError, withDaemon } from "./daemon-client.ts";
import { complain, print } from "./print.ts";
import { renderEvent, renderStatus } from "./tables.ts";
import { EXIT, type Verb } from "./verb.ts";

/** The daemon holds a `wait` for 45 s. */
const WAIT_TIMEOUT_MS = 50_000;
const RETRY_MS = 1000;
/** Latencies and counters change without being a change. */
const REFRESH_MS = 2000;

export const watchVerb: Verb = {
	name: "watch",
	usage: "[--json]",
	help: "the status as it changes, until Ctrl-C",
	details: "On a terminal the whole status; else, and with --json, one line for each event.",
	options: ["json"],
	mostArguments: 0,
	run: async (given) => {
		const json = given.options.has("json");
		await withDaemon((connection) =>
			json || !isTerminal(1) ? followEvents(connection, json) : showScreen(connection),
		);
		return EXIT.ok;
	},
};

/** Never ends by itself; a daemon that went away is waited for. */
async function followEvents(connection: UbusConnection, json: boolean): Promise<void> {
	let sequence = Number((await connection.call("polywan", "events", { limit: 1 })).sequence);
	for (;;) {
		const answer = await patiently(connection, "wait", { since: sequence });
		const news = await patiently(connection, "events", { since: sequence });
		for (const event of news.events as unknown as PolywanEvent[])
			print(json ? JSON.stringify(event) : renderEvent(event));
		sequence = Number(answer.sequence);
	}
}

async function showScreen(connection: UbusConnection): Promise<void> {
	let change: Promise<unknown> | null = null;
	for (;;) {
		const status = (await patiently(connection, "status", {})) as unknown as Status;
		const { events } = await patiently(connection, "events", { limit: 8 });
		const log = (events as unknown as PolywanEvent[]).map(renderEvent).join("");
		print(`\u001b[H\u001b[2J${renderStatus(status, wallMs())}\n${log}`);
		// One request waits at a time, however often the screen is drawn meanwhile.
		change ??= patiently(connection, "wait", { since: status.sequence }).finally(() => {
			change = null;
		});
		await Promise.race([change, pause(REFRESH_MS)]);
	}
}

async function patiently(connection: UbusConnection, method: string, args: BlobTable): Promise<BlobTable> {
	for (let told = false; ; told = true) {
		try {
			return await connection.call("polywan", method, args, { timeoutMs: WAIT_TIMEOUT_MS });
		} catch (error) {
			if (error instanceof NoDaemonError || !(error instanceof Error)) throw error;
			if (!told) complain(`waiting for the daemon (${error.message})`);
			await pause(RETRY_MS);
		}
	}
}

function pause(durationMs: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, durationMs));
}
