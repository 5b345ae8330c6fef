import "../shared.ts";
import type { ImportNote } from "polywan-core/import/note";
import type { ImportPreview } from "polywan-core/import/preview";
import { DifferenceList } from "../edit/change-bar.tsx";
import { type ConfigPackage, sectionsOf } from "../edit/config.ts";
import { buildDifferences } from "../edit/differences.ts";
import { useStaging } from "../edit/use-staging.ts";
import { Failed } from "../page/failed.tsx";
import { useAsked } from "../page/use-asked.ts";
import { Said } from "../part/said.tsx";
import { goTo } from "../route.ts";
import { t } from "../words.ts";
import { toConfig } from "./imported.ts";
import { ti } from "./words.ts";

/** What mwan3's configuration becomes, what could not be kept and why; then staged like every edit. */
export function ImportPage({ config }: { readonly config: ConfigPackage }) {
	const { answer, failed } = useAsked("import", null);
	const preview = answer as unknown as ImportPreview | null;
	if (preview === null && !failed) return <p class="soft">{t("live.connecting")}</p>;
	return (
		<section class="card setup" aria-labelledby="import-title">
			<header>
				<h2 id="import-title">{ti("title")}</h2>
				<p class="soft">{ti("intro")}</p>
			</header>
			<Failed when={failed} />
			{preview !== null && !preview.present && <p class="notice">{ti("absent")}</p>}
			{preview?.present && <Preview config={config} preview={preview} />}
		</section>
	);
}

function Preview({ config, preview }: { readonly config: ConfigPackage; readonly preview: ImportPreview }) {
	const staging = useStaging();
	const imported = toConfig(config.name, preview.sections);
	const differences = buildDifferences(config, imported);
	const take = () => {
		staging.edit(() => imported);
		goTo("uplinks");
	};
	return (
		<>
			{preview.enabled && <p class="notice warn">{ti("enabled")}</p>}
			{sectionsOf(config, "uplink").length > 0 && differences.length > 0 && (
				<p class="notice warn">{ti("replaces")}</p>
			)}
			<Notes kind="lost" open notes={preview.notes} />
			<Notes kind="changed" open notes={preview.notes} />
			<Notes kind="kept" open={false} notes={preview.notes} />
			<h3>{ti("plan")}</h3>
			{differences.length === 0 ? (
				<p class="soft">{ti("nothing")}</p>
			) : (
				<DifferenceList differences={differences} />
			)}
			<footer>
				<button type="button" class="primary" disabled={differences.length === 0} onClick={take}>
					{ti("take")}
				</button>
				<span class="small soft">{ti("takeMore")}</span>
			</footer>
		</>
	);
}

function Notes(props: {
	readonly kind: ImportNote["kind"];
	readonly open: boolean;
	readonly notes: readonly ImportNote[];
}) {
	const notes = props.notes.filter(({ kind }) => kind === props.kind);
	if (notes.length === 0) return null;
	return (
		<details class="group" open={props.open}>
			<summary>{ti(`notes.${props.kind}`, { count: notes.length })}</summary>
			<ul class="notes small">
				{notes.map((note) => (
					<li key={JSON.stringify(note)}>
						<span class="soft">
							{[note.section, note.option].filter((part) => part !== null).join(".") || "mwan3"}
							{note.value !== null && ` '${note.value}'`}
						</span>
						<Said text={note.message} />
					</li>
				))}
			</ul>
		</details>
	);
}
