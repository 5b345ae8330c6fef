import { UbusError, ubusStatus } from "ubus-js/bus";

/** More is no backup of polywan. */
const MOST_CHARACTERS = 1 << 20;
/** Forgotten after that time without a word. */
const KEPT_MS = 300_000;

/** One file that comes in pieces; a new id begins a new one. */
export class Upload {
	#id = "";
	#text = "";
	#timer: number | null = null;

	/** Characters so far. Throws UbusError where it is too much. */
	add(id: unknown, piece: unknown): number {
		if (typeof id !== "string" || id === "" || typeof piece !== "string")
			throw new UbusError(ubusStatus.invalidArgument);
		const text = id === this.#id ? this.#text + piece : piece;
		if (text.length > MOST_CHARACTERS) {
			this.#forget();
			throw new UbusError(ubusStatus.invalidArgument);
		}
		this.#id = id;
		this.#text = text;
		this.#keep();
		return text.length;
	}

	/** Null when it is not there, or not any more. */
	read(id: unknown): string | null {
		return id === this.#id && this.#id !== "" ? this.#text : null;
	}

	#keep(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#forget(), KEPT_MS);
	}

	#forget(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#id = "";
		this.#text = "";
	}
}
