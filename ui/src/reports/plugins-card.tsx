import { useState } from "preact/hooks";
import { addSection, type ConfigPackage, deleteSection, sectionsOf } from "../edit/config.ts";
import { NewSection } from "../edit/new-section.tsx";
import { reports } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { te } from "../edit/words.ts";
import { PartBadge, type PartStatus, PartTroubles } from "./part-state.tsx";
import { ReportsForm } from "./reports-form.tsx";
import { tr } from "./words.ts";

/** Programs that add figures, or hear of events. */
export function PluginsCard(props: {
	readonly config: ConfigPackage;
	readonly parts: readonly PartStatus[];
}) {
	const { config, parts } = props;
	const staging = useStaging();
	const [open, setOpen] = useState<string | null>(null);
	return (
		<section class="card" aria-labelledby="reports-plugin">
			<header>
				<h2 id="reports-plugin">{tr("plugin.title")}</h2>
				<p class="soft">{tr("plugin.intro")}</p>
			</header>
			<ul class="rows">
				{sectionsOf(config, "plugin").map((plugin) => {
					const { name } = plugin;
					const isOpen = open === name;
					const part = parts.find((each) => each.name === `plugin ${name}`);
					return (
						<li key={name} class={isOpen ? "open" : ""}>
							<div class="row">
								<h3>{name}</h3>
								<PartBadge part={part} ok="part.works" off={plugin.options.get("enabled") === "0"} />
								<span class="actions">
									<button
										type="button"
										aria-expanded={isOpen}
										aria-controls={`edit-${name}`}
										aria-label={`${te(isOpen ? "form.close" : "form.edit")}: ${name}`}
										onClick={() => setOpen(isOpen ? null : name)}
									>
										{te(isOpen ? "form.close" : "form.edit")}
									</button>
									<button
										type="button"
										class="danger"
										aria-label={`${te("form.delete")}: ${name}`}
										onClick={() => {
											if (confirm(te("form.deleteAsk", { name })))
												staging.edit((before) => deleteSection(before, name), reports);
										}}
									>
										{te("form.delete")}
									</button>
								</span>
							</div>
							<PartTroubles part={part} />
							<div id={`edit-${name}`}>
								{isOpen && (
									<ReportsForm section={plugin} groups={[{ title: "group.general", options: "rest" }]} />
								)}
							</div>
						</li>
					);
				})}
			</ul>
			<footer>
				<NewSection
					title={tr("plugin.add")}
					config={config}
					onAdd={(name) => {
						staging.edit((before) => addSection(before, "plugin", name), reports);
						setOpen(name);
					}}
				/>
			</footer>
		</section>
	);
}
