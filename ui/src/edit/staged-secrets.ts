import { computed, signal } from "@preact/signals";
import { RpcError, type UbusSession } from "ubus-js/browser";
import type { Difference } from "./differences.ts";

const CONFIG = "polywan_secrets";

interface Edit {
	readonly section: string;
	readonly option: string;
	/** Null: taken away. */
	readonly value: string | null;
}

/**
 * Edits of secrets, which can be written and never read. They stay in this page until they are applied: what rpcd has staged could
 * be told by nobody.
 */
export class StagedSecrets {
	readonly #edits = signal<ReadonlyMap<string, Edit>>(new Map());

	readonly differences = computed((): readonly Difference[] =>
		[...this.#edits.value.values()].map(({ section, option, value }) => ({
			kind: "secret",
			section,
			option,
			removed: value === null,
		})),
	);

	/** What was typed, and is not in force yet; null: it is to be taken away; undefined: nothing. */
	edited(section: string, option: string): string | null | undefined {
		return this.#edits.value.get(`${section}.${option}`)?.value;
	}

	/** Undefined: it stays as it is. */
	set(section: string, option: string, value: string | null | undefined): void {
		const edits = new Map(this.#edits.value);
		if (value === undefined) edits.delete(`${section}.${option}`);
		else edits.set(`${section}.${option}`, { section, option, value });
		this.#edits.value = edits;
	}

	/** All of a section that is taken away. */
	clear(section: string): void {
		const others = [...this.#edits.value].filter(([, edit]) => edit.section !== section);
		if (others.length < this.#edits.value.size) this.#edits.value = new Map(others);
	}

	forget(): void {
		if (this.#edits.peek().size > 0) this.#edits.value = new Map();
	}

	/** Stages them, to be committed at once. Rejects with RpcError. */
	async send(session: UbusSession<AbortSignal>): Promise<void> {
		for (const { section, option, value } of this.#edits.value.values()) {
			const args = { config: CONFIG, section, options: [option] };
			if (value === null) await session.call("uci", "delete", args).catch(ignoreAbsence);
			else {
				const values = { [option]: value };
				await session.call("uci", "add", { config: CONFIG, type: "secret", name: section, values });
			}
		}
	}
}

/** What is to be taken away need not be there. */
function ignoreAbsence(error: unknown): void {
	if (!(error instanceof RpcError) || error.kind !== "status") throw error;
}
