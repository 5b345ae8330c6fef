import { type UbusConnection, UbusError, type UbusObjectInfo, ubusStatus } from "ubus-js/bus";
import { parseJsonTable, renderFields } from "../blob-json.ts";
import { callFailed, failed, type Outcome, type Settings, succeeded } from "./output.ts";

/** ubus list [path] */
export async function listObjects(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome | null> {
	if (args.length > 1) return null;
	for (const object of await bus.list(args[0])) printObject(object, settings);
	return succeeded;
}

const typeWords: { readonly [type: string]: string } = {
	bool: "Boolean",
	int32: "Integer",
	string: "String",
	array: "Array",
	table: "Table",
};

function printObject({ path, id, methods }: UbusObjectInfo, { simple, verbose }: Settings): void {
	if (simple || !verbose) {
		process.stdout.write(`${path}\n`);
		return;
	}
	process.stdout.write(`'${path}' @${id.toString(16).padStart(8, "0")}\n`);
	for (const [method, types] of Object.entries(methods)) {
		const args = Object.entries(types).map(([name, type]) => [name, typeWords[type] ?? "(unknown)"]);
		process.stdout.write(`\t${JSON.stringify(method)}:${JSON.stringify(Object.fromEntries(args))}\n`);
	}
}

/** ubus call path method [JSON] */
export async function callObject(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome | null> {
	const [path, method, message] = args;
	if (path === undefined || method === undefined || args.length > 3) return null;
	const table = message === undefined ? {} : parseJsonTable(message);
	if (table === null) return callFailed(args, ubusStatus.parseError, settings);
	// The program looks the object up first: that it is not there is told in another way than a call that failed.
	if ((await bus.list(path)).length === 0) return failed(ubusStatus.notFound);
	try {
		await bus.call(path, method, table, {
			timeoutMs: settings.timeoutS * 1000,
			onData: (data) => process.stdout.write(`${renderFields(data, !settings.simple)}\n`),
		});
		return succeeded;
	} catch (error) {
		return callFailed(args, error instanceof UbusError ? error.code : ubusStatus.unknown, settings);
	}
}

/** ubus send event [JSON] */
export async function sendEvent(bus: UbusConnection, args: readonly string[]): Promise<Outcome | null> {
	const [event, message] = args;
	if (event === undefined || args.length > 2) return null;
	const table = message === undefined ? {} : parseJsonTable(message);
	if (table === null) return failed(ubusStatus.parseError);
	await bus.sendEvent(event, table);
	return succeeded;
}
