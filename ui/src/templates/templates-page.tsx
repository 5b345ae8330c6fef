import "../shared.ts";
import { useState } from "preact/hooks";
import { DifferenceList } from "../edit/change-bar.tsx";
import { type ConfigPackage, sectionsOf } from "../edit/config.ts";
import { buildDifferences } from "../edit/differences.ts";
import { netifs } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { goTo } from "../route.ts";
import { proposeChoice } from "./proposal.ts";
import { type Choice, TEMPLATES, type Template } from "./template.ts";
import { TemplateFields } from "./template-fields.tsx";
import { describeTemplate } from "./template-words.ts";
import { tt } from "./words.ts";

/** What people want of several uplinks: chosen, told in words, and staged like every edit. */
export function TemplatesPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	const [name, setName] = useState<Template["name"]>("failover");
	const [edited, setEdited] = useState<Partial<Choice>>({});
	const template = TEMPLATES.find((each) => each.name === name);
	if (template === undefined) return null;
	const uplinks = sectionsOf(config, "uplink");
	const choice: Choice = {
		...proposeChoice(config, netifs.value),
		fallback: template.fallback,
		...edited,
	};
	const proposal = template.build(config, choice);
	const differences = buildDifferences(config, proposal);
	const take = () => {
		staging.edit(() => proposal);
		goTo(template.page);
	};
	return (
		<section class="card setup" aria-labelledby="templates-title">
			<header>
				<h2 id="templates-title">{tt("title")}</h2>
				<p class="soft">{tt("intro")}</p>
			</header>
			{uplinks.length < 2 && (
				<p class="notice warn">
					{tt("few")} <a href="#setup">{tt("setup")}</a>
				</p>
			)}
			<fieldset class="templates">
				<legend class="unseen">{tt("title")}</legend>
				{TEMPLATES.map((each) => (
					<label key={each.name} class={`template ${each.name === name ? "chosen" : ""}`}>
						<input
							type="radio"
							class="pick"
							name="template"
							checked={each.name === name}
							onChange={() => {
								setName(each.name);
								setEdited({});
							}}
						/>
						<span>
							<b>{tt(`${each.name}.title`)}</b>
							<span class="small soft">{tt(`${each.name}.what`)}</span>
						</span>
					</label>
				))}
			</fieldset>
			<TemplateFields
				template={template}
				choice={choice}
				onChange={(change) => setEdited({ ...edited, ...change })}
			/>
			<div class="plan">
				<h3>{tt("plan")}</h3>
				<p>{describeTemplate(template.name, choice)}</p>
				{differences.length > 0 && <DifferenceList differences={differences} />}
			</div>
			<footer>
				<button
					type="button"
					class="primary"
					disabled={differences.length === 0 || uplinks.length === 0}
					onClick={take}
				>
					{tt("take")}
				</button>
				<span class="small soft">{tt("takeMore")}</span>
			</footer>
		</section>
	);
}
