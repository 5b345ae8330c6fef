/** What is to happen at which virtual time; equal times in the order they were noted. A binary heap. */
export class Agenda {
	readonly #entries: Entry[] = [];
	#noted = 0;

	get nextMs(): number {
		return this.#entries[0]?.atMs ?? Number.POSITIVE_INFINITY;
	}

	at(atMs: number, run: (nowMs: number) => void): void {
		this.#entries.push({ atMs, order: this.#noted++, run });
		let child = this.#entries.length - 1;
		while (child > 0) {
			const parent = (child - 1) >> 1;
			if (!this.#swapIfLater(parent, child)) return;
			child = parent;
		}
	}

	/** Takes the next entry out and runs it. False: there is none. */
	runNext(): boolean {
		const first = this.#entries[0];
		const last = this.#entries.pop();
		if (first === undefined || last === undefined) return false;
		if (this.#entries.length > 0) {
			this.#entries[0] = last;
			this.#sink();
		}
		first.run(first.atMs);
		return true;
	}

	#sink(): void {
		for (let parent = 0; ; ) {
			const left = 2 * parent + 1;
			if (left >= this.#entries.length) return;
			const child = this.#isLater(left, left + 1) ? left + 1 : left;
			if (!this.#swapIfLater(parent, child)) return;
			parent = child;
		}
	}

	#swapIfLater(parent: number, child: number): boolean {
		const [one, other] = [this.#entries[parent], this.#entries[child]];
		if (one === undefined || other === undefined || !this.#isLater(parent, child)) return false;
		this.#entries[parent] = other;
		this.#entries[child] = one;
		return true;
	}

	#isLater(one: number, other: number): boolean {
		const [a, b] = [this.#entries[one], this.#entries[other]];
		if (a === undefined || b === undefined) return false;
		return a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order);
	}
}

interface Entry {
	readonly atMs: number;
	readonly order: number;
	readonly run: (nowMs: number) => void;
}
