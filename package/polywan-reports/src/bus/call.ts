import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** One call over a connection of its own. Rejects with UbusError. */
export async function callOnce(object: string, method: string, args: BlobTable = {}): Promise<BlobTable> {
	const connection = new UbusConnection(connectUbus(ubusSocketPath()));
	connection.start();
	try {
		return await connection.call(object, method, args, { timeoutMs: 10_000 });
	} finally {
		connection.close();
	}
}
