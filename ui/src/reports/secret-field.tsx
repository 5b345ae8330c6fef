import { useId } from "preact/hooks";
import { secrets } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { knownSecrets } from "./known-secrets.ts";
import { secretLabel } from "./reports-config.ts";
import { isReportsKey, tr } from "./words.ts";

/** A secret: it can be written and taken away, and is never shown. */
export function SecretField({ section, option }: { readonly section: string; readonly option: string }) {
	const staging = useStaging();
	const id = useId();
	const typed = secrets.edited(section, option);
	const isSet = knownSecrets.value.includes(`${section}.${option}`);
	const state = typed === null ? "secret.goes" : isSet ? "secret.set" : "secret.unset";
	const help = `secretHelp.${option}`;
	return (
		<div class="option">
			<label class="name" for={id}>
				{secretLabel(option)}
			</label>
			<div class="control secret">
				<input
					id={id}
					type="password"
					autocomplete="new-password"
					spellcheck={false}
					aria-describedby={`${id}-help ${id}-state`}
					placeholder={isSet && typed !== null ? "••••••••" : ""}
					value={typed ?? ""}
					onInput={({ currentTarget: { value } }) =>
						staging.editSecret(section, option, value === "" ? undefined : value)
					}
				/>
				{isSet && typed === undefined && (
					<button
						type="button"
						class="danger"
						aria-label={`${tr("secret.remove")}: ${secretLabel(option)}`}
						onClick={() => staging.editSecret(section, option, null)}
					>
						{tr("secret.remove")}
					</button>
				)}
				{typed !== undefined && (
					<button
						type="button"
						aria-label={`${tr("secret.undo")}: ${secretLabel(option)}`}
						onClick={() => staging.editSecret(section, option, undefined)}
					>
						{tr("secret.undo")}
					</button>
				)}
			</div>
			<p class="help soft small">
				<span id={`${id}-state`}>{typed === undefined || typed === null ? tr(state) : tr("secret.new")}</span>{" "}
				<span id={`${id}-help`}>{isReportsKey(help) && tr(help)}</span>
			</p>
		</div>
	);
}
