/** Longest line; a plugin that sends a longer one is ended. */
export const MOST_LINE_BYTES = 65_536;

/** Takes bytes as they come and gives the lines that are whole. */
export class LineReader {
	#held = new Uint8Array(0);

	/** Throws RangeError where a line has no end. */
	push(chunk: Uint8Array): string[] {
		const joined = new Uint8Array(this.#held.length + chunk.length);
		joined.set(this.#held);
		joined.set(chunk, this.#held.length);
		const lines: string[] = [];
		let from = 0;
		for (let end = joined.indexOf(10); end >= 0; end = joined.indexOf(10, from)) {
			lines.push(decoder.decode(joined.subarray(from, end)));
			from = end + 1;
		}
		this.#held = joined.slice(from);
		if (this.#held.length > MOST_LINE_BYTES)
			throw new RangeError(`a line of more than ${MOST_LINE_BYTES} bytes`);
		return lines;
	}
}

const decoder = new TextDecoder();
