import { exists } from "polywan-runtime/file";
import { type UbusConnection as Connection, UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { connectUbus, ubusSocketPath } from "../bus/transport.ts";
import { readState } from "../daemon/state-file.ts";

const CALL_TIMEOUT_MS = 10_000;

/** The daemon cannot be asked; exit code 3. */
export class NoDaemonError extends Error {}

/** Calls a method of the daemon. Rejects with NoDaemonError, or with UbusError when the daemon refuses. */
export async function callDaemon(
	method: string,
	args: BlobTable = {},
	timeoutMs = CALL_TIMEOUT_MS,
): Promise<BlobTable> {
	return withDaemon((connection) => connection.call("polywan", method, args, { timeoutMs }));
}

/** Several calls over one connection. Rejects as `callDaemon` does. */
export async function withDaemon<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
	const path = ubusSocketPath();
	let lost: Error | undefined;
	const connection = new UbusConnection(connectUbus(path), {
		onState: (_state, error) => {
			lost = error;
		},
	});
	connection.start();
	try {
		return await use(connection);
	} catch (error) {
		throw explain(error, path, lost);
	} finally {
		connection.close();
	}
}

function explain(error: unknown, path: string, lost: Error | undefined): unknown {
	if (!(error instanceof UbusError)) return error;
	if (error.code === ubusStatus.connectionFailed) {
		const why = exists(path) ? (lost?.message ?? "the connection was lost") : "it is not there";
		return new NoDaemonError(`cannot reach ubusd at ${path}: ${why}${renderTraces()}`);
	}
	if (error.code === ubusStatus.notFound)
		return new NoDaemonError(
			`the daemon does not run; start it with /etc/init.d/polywan start${renderTraces()}`,
		);
	if (error.code === ubusStatus.timeout) return new NoDaemonError("the daemon does not answer");
	return error;
}

/** What state.json and /proc say of the daemon. */
function renderTraces(): string {
	const state = readState();
	if (state === null) return "";
	if (exists(`/proc/${state.pid}/exe`)) return `; the daemon itself runs as process ${state.pid}`;
	if (state.plan === null) return "";
	return `; the ${state.firewall} rules of the last daemon are still in force`;
}
