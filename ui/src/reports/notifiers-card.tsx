import { useState } from "preact/hooks";
import { addSection, type ConfigPackage, freeName, sectionsOf } from "../edit/config.ts";
import { NewSection } from "../edit/new-section.tsx";
import { reports } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { NotifierRow } from "./notifier-row.tsx";
import type { PartStatus } from "./part-state.tsx";
import { tr } from "./words.ts";

/** Whoever is told of events. */
export function NotifiersCard(props: {
	readonly config: ConfigPackage;
	readonly parts: readonly PartStatus[];
}) {
	const { config, parts } = props;
	const staging = useStaging();
	const [open, setOpen] = useState<string | null>(null);
	const notifiers = sectionsOf(config, "notify");
	return (
		<section class="card" aria-labelledby="reports-notify">
			<header>
				<h2 id="reports-notify">{tr("notify.title")}</h2>
				<p class="soft">{tr("notify.intro")}</p>
			</header>
			{notifiers.length === 0 && <p class="soft">{tr("notify.none")}</p>}
			<ul class="rows">
				{notifiers.map((notifier) => (
					<NotifierRow
						key={notifier.name}
						notifier={notifier}
						part={parts.find(({ name }) => name === `notify ${notifier.name}`)}
						open={open === notifier.name}
						onToggle={() => setOpen(open === notifier.name ? null : notifier.name)}
					/>
				))}
			</ul>
			<footer>
				<NewSection
					title={tr("notify.add")}
					proposal={freeName(config, "phone")}
					config={config}
					onAdd={(name) => {
						staging.edit((before) => addSection(before, "notify", name, { type: "webhook" }), reports);
						setOpen(name);
					}}
				/>
			</footer>
		</section>
	);
}
