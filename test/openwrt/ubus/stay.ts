import { type UbusConnection, ubusStatus } from "ubus-js/bus";
import { statusText } from "ubus-js/status";
import { failed, type Outcome, printEvent, type Settings, succeeded } from "./output.ts";

/** ubus listen [pattern…]: prints events until it is ended or -t is over. */
export async function listenForEvents(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome> {
	for (const pattern of args.length > 0 ? args : ["*"]) bus.listen(pattern, printEvent);
	await over(settings.listenTimeoutS);
	return succeeded;
}

/** ubus subscribe path…: prints notifications until it is ended or -t is over. */
export async function subscribeToObjects(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome> {
	if (args.length === 0) return { exitCode: -1, stderr: "You need to specify an object to subscribe to" };
	for (const path of args) {
		const found = await bus.list(path).catch(() => []);
		const message = `Error while registering for event '${args[0]}': ${statusText(ubusStatus.notFound)}`;
		if (found.length === 0) return { exitCode: -1, stderr: message };
		bus.subscribe(path, { notify: printEvent });
	}
	await over(settings.listenTimeoutS);
	return succeeded;
}

/** ubus wait_for path…: ends when all of them are on the bus. */
export async function waitForObjects(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome | null> {
	if (args.length === 0) return null;
	const missing = new Set(args);
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => resolve(failed(ubusStatus.timeout)), settings.timeoutS * 1000);
		const seen = (path: unknown): void => {
			missing.delete(String(path));
			if (missing.size > 0) return;
			clearTimeout(timer);
			resolve(succeeded);
		};
		bus.listen("ubus.object.add", (_event, data) => seen(data.path));
		seeObjects(bus, seen).catch(reject);
	});
}

/** The second list is sent when the listener is in place: what came between the two is not missed. */
async function seeObjects(bus: UbusConnection, seen: (path: string) => void): Promise<void> {
	for (let round = 0; round < 2; round++) for (const { path } of await bus.list()) seen(path);
}

function over(seconds: number): Promise<void> {
	return new Promise((resolve) => {
		if (seconds > 0) setTimeout(resolve, seconds * 1000);
	});
}
