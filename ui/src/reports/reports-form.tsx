import { REPORTS_SCHEMA } from "polywan-reports/config/schema";
import type { ConfigSection } from "../edit/config.ts";
import { type Group, SchemaForm } from "../edit/section-form.tsx";
import { reports } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import type { ReportsKey } from "../words/reports/en.ts";
import { tr } from "./words.ts";

export type ReportsGroup = Group<ReportsKey>;

/** Every option of a section of /etc/config/polywan_reports. */
export function ReportsForm(props: {
	readonly section: ConfigSection;
	readonly groups: readonly ReportsGroup[];
}) {
	const staging = useStaging();
	const schema = REPORTS_SCHEMA.find(({ type }) => type === props.section.type);
	if (schema === undefined) return null;
	return (
		<SchemaForm
			section={props.section}
			groups={props.groups}
			source={{
				schema,
				problems: reports.check.value(reports.draft.value),
				title: tr,
				suggest: ({ type }) => ({ suggestions: type.kind === "choice" ? type.choices : [], closed: false }),
				edit: (change) => staging.edit(change, reports),
			}}
		/>
	);
}
