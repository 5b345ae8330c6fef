import type { FarEndsByUplink, Tunnel } from "./tunnel.ts";

/** Far ends roam, and names are resolved anew by others. */
const LOOK_MS = 30_000;

/** Learns where the packets of WireGuard uplinks go to, without any configuration; costs nothing where there are none. */
export class FarEnds {
	readonly #onChange: () => void;
	#tunnels: readonly Tunnel[] = [];
	#known: FarEndsByUplink = new Map();
	#looked = false;
	#looking = false;
	#again = false;
	#timer: number | null = null;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** False until the first answer: a plan before it would send tunnels into themselves. */
	get isReady(): boolean {
		return this.#looked || this.#tunnels.length === 0;
	}

	get known(): FarEndsByUplink {
		return this.#known;
	}

	/** The tunnels there are; something about the links has changed. */
	set(tunnels: readonly Tunnel[]): void {
		this.#tunnels = tunnels;
		if (tunnels.length > 0) void this.#look();
		else this.close();
	}

	close(): void {
		this.#tunnels = [];
		this.#known = new Map();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	async #look(): Promise<void> {
		this.#again = this.#looking;
		if (this.#looking) return;
		this.#looking = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		const { readFarEnds } = await import("./read-far-ends.ts");
		const found = await readFarEnds(this.#tunnels);
		this.#looking = false;
		if (this.#tunnels.length === 0) return;
		this.#take(found);
		if (this.#again) void this.#look();
		else this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
	}

	#take(found: FarEndsByUplink): void {
		const isFirst = !this.#looked;
		this.#looked = true;
		const before = this.#known;
		// What does not tell for a moment is still where it was.
		const next = this.#tunnels.map(({ uplink }) => {
			const ends = found.get(uplink) ?? [];
			return [uplink, ends.length > 0 ? ends : (before.get(uplink) ?? [])] as const;
		});
		this.#known = new Map(next);
		if (isFirst || JSON.stringify([...before]) !== JSON.stringify(next)) this.#onChange();
	}
}
