import { RESERVED_NAMES } from "polywan-core/config/schema";
import { useId, useState } from "preact/hooks";
import type { ConfigPackage } from "./config.ts";
import { draft } from "./staging.ts";
import { te } from "./words.ts";

/** Asks for the name of a section to be, and says at once what is wrong with it. */
export function NewSection(props: {
	readonly title: string;
	/** A name that is free, where one is as good as another. */
	readonly proposal?: string;
	/** Where it will be; without it /etc/config/polywan. */
	readonly config?: ConfigPackage;
	onAdd(name: string): void;
}) {
	const [typed, setTyped] = useState<string | null>(null);
	const id = useId();
	const name = typed ?? props.proposal ?? "";
	const wrong = complaint(name, props.config ?? draft.value);
	const add = (event: Event) => {
		event.preventDefault();
		if (name === "" || wrong !== null) return;
		props.onAdd(name);
		setTyped(null);
	};
	return (
		<form class="new-section" onSubmit={add}>
			<label class="field small" for={id}>
				{te("form.newName")}
				<input
					id={id}
					type="text"
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					value={name}
					aria-invalid={wrong !== null}
					aria-describedby={`${id}-wrong`}
					onInput={(event) => setTyped(event.currentTarget.value)}
				/>
			</label>
			<button type="submit" disabled={name === "" || wrong !== null}>
				{props.title}
			</button>
			<span class="wrong small" id={`${id}-wrong`} role="alert">
				{wrong}
			</span>
		</form>
	);
}

/** UCI's names; targets of their own cannot be called so, and names are shared by all sections of the file. */
function complaint(name: string, config: ConfigPackage | null): string | null {
	if (name === "") return null;
	if (!/^[A-Za-z0-9_]+$/.test(name)) return te("form.badName");
	const taken = RESERVED_NAMES.includes(name) || config?.sections.some((section) => section.name === name);
	return taken ? te("form.takenName") : null;
}
