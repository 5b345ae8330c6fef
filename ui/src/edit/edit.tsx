import "../shared.ts";
import type { PageName } from "../route.ts";
import { liveness, readOnly } from "../store.ts";
import { t } from "../words.ts";
import { ChangeBar } from "./change-bar.tsx";
import style from "./edit.css";
import { PoliciesPage } from "./policies-page.tsx";
import { RulesPage } from "./rules-page.tsx";
import { SettingsPage } from "./settings-page.tsx";
import { SetupPage } from "./setup-page.tsx";
import { draft, trial } from "./staging.ts";
import { UplinksPage } from "./uplinks-page.tsx";
import { useStaging } from "./use-staging.ts";

const PAGES = {
	uplinks: UplinksPage,
	policies: PoliciesPage,
	rules: RulesPage,
	settings: SettingsPage,
	setup: SetupPage,
};

/** Everything the panel loads once something is to be edited. */
export const editing = { EditPage, ChangeBar, style };

/** A page of the configuration; whoever may only look, and everybody during a trial, cannot change anything in it. */
function EditPage({ name }: { readonly name: PageName }) {
	useStaging();
	const config = draft.value;
	if (config === null)
		return liveness.value.kind === "gone" ? null : <p class="soft">{t("live.connecting")}</p>;
	const Page = PAGES[name as keyof typeof PAGES];
	return (
		<fieldset class="sheet" disabled={readOnly.value || trial.value !== null}>
			<Page config={config} />
		</fieldset>
	);
}
