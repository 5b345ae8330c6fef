/** Clients behind a captive portal, by their addresses as the servers see them: "/captive/<address>/on" and "/captive/<address>/off". */
export class CaptiveClients {
	readonly #addresses = new Set<string>();

	/** Whether the path was one that sets it. */
	take(path: string): boolean {
		const [, address, state] = /^\/captive\/([0-9a-f:.]+)\/(on|off)$/.exec(path) ?? [];
		if (!address) return false;
		if (state === "on") this.#addresses.add(address);
		else this.#addresses.delete(address);
		return true;
	}

	has(address: string): boolean {
		return this.#addresses.has(address);
	}
}
