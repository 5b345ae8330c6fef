import { t } from "../words.ts";
import { addSection, type ConfigPackage, deleteSection, sectionsOf } from "./config.ts";
import { clearMembers, duplicatePolicy } from "./members.ts";
import { NewSection } from "./new-section.tsx";
import { PolicyCard } from "./policy-card.tsx";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

export function PoliciesPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	return (
		<>
			<header class="intro">
				<h2>{t("nav.policies")}</h2>
				<p class="soft">{te("policies.intro")}</p>
				<a class="push" href="#templates">
					{te("link.templates")}
				</a>
			</header>
			{sectionsOf(config, "policy").map((policy) => (
				<PolicyCard
					key={policy.name}
					config={config}
					policy={policy}
					onDuplicate={() => staging.edit((before) => duplicatePolicy(before, policy))}
					onDelete={() => {
						if (confirm(te("form.deleteAsk", { name: policy.name })))
							staging.edit((before) => deleteSection(clearMembers(before, policy.name), policy.name));
					}}
				/>
			))}
			<NewSection
				title={te("policies.add")}
				onAdd={(name) => staging.edit((before) => addSection(before, "policy", name))}
			/>
		</>
	);
}
