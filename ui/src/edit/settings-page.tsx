import { t } from "../words.ts";
import { addSection, type ConfigPackage, type ConfigSection, sectionsOf } from "./config.ts";
import { type Group, SectionForm } from "./section-form.tsx";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

const GROUPS: readonly Group[] = [
	{ title: "group.basic", options: "rest" },
	{ title: "group.bypass", options: ["bypass", "bypass_table"] },
	{ title: "group.kernel", options: ["firewall", "mark_mask", "table_base", "priority_base"], folded: true },
];

export function SettingsPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	const section: ConfigSection | undefined = sectionsOf(config, "globals")[0];
	return (
		<section class="card" aria-labelledby="settings-title">
			<header>
				<h2 id="settings-title">{t("nav.settings")}</h2>
				<p class="soft">{te("settings.intro")}</p>
			</header>
			{section === undefined ? (
				<button
					type="button"
					onClick={() => staging.edit((before) => addSection(before, "globals", "globals"))}
				>
					{te("form.edit")}
				</button>
			) : (
				<SectionForm section={section} groups={GROUPS} />
			)}
		</section>
	);
}
