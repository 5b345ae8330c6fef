import { addSection, type ConfigPackage, textOf } from "../edit/config.ts";
import { reports } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { te } from "../edit/words.ts";
import type { ReportsKey } from "../words/reports/en.ts";
import { PartBadge, type PartStatus, PartTroubles } from "./part-state.tsx";
import { singleOf } from "./reports-config.ts";
import { ReportsForm, type ReportsGroup } from "./reports-form.tsx";
import { SecretField } from "./secret-field.tsx";
import { tr } from "./words.ts";

/** A part there is one of: its state, its secrets and its options. */
export interface Service {
	readonly type: "mqtt" | "metrics" | "history";
	readonly intro: ReportsKey;
	/** What it is when all is well; null: it has no state, for it answers when it is asked. */
	readonly ok: "part.connected" | "part.works" | null;
	readonly secrets: readonly string[];
	readonly groups: readonly ReportsGroup[];
}

export function ServiceCard(props: {
	readonly config: ConfigPackage;
	readonly service: Service;
	readonly parts: readonly PartStatus[];
}) {
	const { config, service, parts } = props;
	const { type } = service;
	const staging = useStaging();
	const section = singleOf(config, type);
	const part = parts.find(({ name }) => name === type);
	const off = section === undefined || textOf(section, "enabled") !== "1";
	const id = `reports-${type}`;
	return (
		<section class="card" aria-labelledby={id}>
			<header>
				<h2 id={id}>{tr(`type.${type}`)}</h2>
				{service.ok !== null && <PartBadge part={part} ok={service.ok} off={off} />}
				<p class="soft">{tr(service.intro)}</p>
			</header>
			{!off && <PartTroubles part={part} />}
			{section === undefined ? (
				<button
					type="button"
					onClick={() => staging.edit((before) => addSection(before, type, type), reports)}
				>
					{te("form.edit")}
				</button>
			) : (
				<>
					<ReportsForm section={section} groups={service.groups} />
					{service.secrets.length > 0 && (
						<fieldset class="group">
							<legend>{tr("group.secrets")}</legend>
							{service.secrets.map((option) => (
								<SecretField key={option} section={type} option={option} />
							))}
						</fieldset>
					)}
				</>
			)}
		</section>
	);
}
