import { wallMs } from "polywan-runtime/clock";
import { readText } from "polywan-runtime/file";
import { onSignal } from "polywan-runtime/signal";
import { syslog } from "polywan-runtime/syslog";
import { type UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { findCalls, toldOf } from "./action.ts";
import { connectBus, readConnected, readFacts } from "./bus.ts";
import { buildInterfaces } from "./interface.ts";
import { Scripts } from "./scripts.ts";
import { readTold, removeOtherTrackFiles, writeTold, writeTrackFiles } from "./track-files.ts";
import { ageOf, buildUbusStatus } from "./ubus-status.ts";

/** Changes come in bursts; one look is enough for them. */
const SETTLE_MS = 50;

/** Publishes the ubus object, and keeps files and scripts informed. Ends by SIGTERM. */
export function runService(): Promise<number> {
	return new Promise((resolve) => {
		const service = new Service();
		const end = (): void => {
			service.close();
			resolve(0);
		};
		onSignal("SIGTERM", end);
		onSignal("SIGINT", end);
		service.start();
	});
}

class Service {
	readonly #bus: UbusConnection = connectBus();
	readonly #told = readTold();
	readonly #scripts = new Scripts((message) => syslog("warning", message));
	#timer: number | null = null;
	#isReading = false;
	#isStale = false;

	start(): void {
		this.#bus.publish("mwan3", {
			status: {
				args: { section: "string", interface: "string" },
				call: ({ section, interface: only }) => this.#status(section, only),
			},
		});
		this.#bus.subscribe("polywan", {
			notify: (type) => {
				if (type === "changed") this.#refreshSoon();
			},
			subscribed: () => this.#refreshSoon(),
		});
		this.#bus.start();
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#bus.close();
	}

	async #status(section: unknown, only: unknown): Promise<BlobTable> {
		try {
			const [facts, connected] = await Promise.all([readFacts(this.#bus), readConnected()]);
			const name = typeof only === "string" && only !== "" ? only : null;
			return buildUbusStatus(facts, connected, typeof section === "string" ? section : "", name, wallMs());
		} catch (error) {
			if (!(error instanceof UbusError)) throw error;
			throw new UbusError(ubusStatus.noData);
		}
	}

	#refreshSoon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = null;
			void this.#refresh();
		}, SETTLE_MS);
	}

	async #refresh(): Promise<void> {
		if (this.#isReading) {
			this.#isStale = true;
			return;
		}
		this.#isReading = true;
		try {
			await this.#tell();
		} catch (error) {
			if (!(error instanceof UbusError)) syslog("warning", `mwan3: ${String(error)}`);
		}
		this.#isReading = false;
		if (this.#isStale) this.#refreshSoon();
		this.#isStale = false;
	}

	async #tell(): Promise<void> {
		const interfaces = buildInterfaces(await readFacts(this.#bus));
		const uptimeS = Number.parseFloat(readText("/proc/uptime"));
		for (const entry of interfaces) {
			writeTrackFiles(entry, uptimeS, ageOf(entry, wallMs()));
			const calls = findCalls(this.#told.get(entry.name) ?? null, entry);
			this.#told.set(entry.name, toldOf(entry));
			this.#scripts.run(calls);
		}
		const names = new Set(interfaces.map(({ name }) => name));
		for (const name of this.#told.keys()) if (!names.has(name)) this.#told.delete(name);
		removeOtherTrackFiles(names);
		writeTold(this.#told);
	}
}
