import { spawn } from "node:child_process";
import type { Interface, InterfaceAction } from "./interface.ts";

interface Call {
	name: string;
	env: { [name: string]: string };
}

/** Calls the scripts of /etc/hotplug.d/iface one after the other; of one interface only the newest call waits. */
export class Hotplug {
	readonly #waiting: Call[] = [];
	#running = false;

	add(action: InterfaceAction, iface: Interface): void {
		const { name, l3Device } = iface.config;
		const env: Call["env"] = { ACTION: action, INTERFACE: name };
		if (action !== "ifdown" && l3Device) env.DEVICE = l3Device;
		if (action === "ifupdate") for (const part of iface.updated) env[`IFUPDATE_${part.toUpperCase()}`] = "1";
		const older = this.#waiting.findIndex((call) => call.name === name);
		if (older >= 0) this.#waiting.splice(older, 1);
		this.#waiting.push({ name, env });
		this.#next();
	}

	#next(): void {
		const call = this.#running ? undefined : this.#waiting.shift();
		if (!call) return;
		this.#running = true;
		const child = spawn("/sbin/hotplug-call", ["iface"], {
			env: { ...process.env, ...call.env },
			stdio: ["ignore", "inherit", "inherit"],
		});
		const done = (): void => {
			this.#running = false;
			this.#next();
		};
		child.once("error", done);
		child.once("exit", done);
	}
}
