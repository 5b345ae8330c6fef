import "../shared.ts";
import type { FunctionComponent } from "preact";
import forms from "../form.css";
import { useLoaded } from "../loaded.ts";
import type { PageName } from "../route.ts";
import { useShownTab } from "../show-tab.ts";
import { liveness, readOnly } from "../store.ts";
import { t } from "../words.ts";
import { ChangeBar } from "./change-bar.tsx";
import type { ConfigPackage } from "./config.ts";
import style from "./edit.css";
import { PoliciesPage } from "./policies-page.tsx";
import { RulesPage } from "./rules-page.tsx";
import { SettingsPage } from "./settings-page.tsx";
import { SetupPage } from "./setup-page.tsx";
import { draft, trial, unreadable } from "./staging.ts";
import { UplinksPage } from "./uplinks-page.tsx";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

type Page = FunctionComponent<{ readonly config: ConfigPackage }>;

const PAGES: Partial<Record<PageName, Page>> = {
	uplinks: UplinksPage,
	policies: PoliciesPage,
	rules: RulesPage,
	settings: SettingsPage,
	setup: SetupPage,
};

/** Larger pages come in scripts of their own. */
const LARGE: Partial<Record<PageName, () => Promise<Page>>> = {
	notifications: async () => (await import("../reports/reports-page.tsx")).ReportsPage,
	backup: async () => (await import("../backup/backup-page.tsx")).BackupPage,
	templates: async () => (await import("../templates/templates-page.tsx")).TemplatesPage,
	import: async () => (await import("../import/import-page.tsx")).ImportPage,
};

/** Everything the panel loads once something is to be edited. */
export const editing = { EditPage, ChangeBar, style: forms + style };

/** A page of the configuration; whoever may only look, and everybody during a trial, cannot change anything in it. */
function EditPage({ name }: { readonly name: PageName }) {
	useStaging();
	const config = draft.value;
	const shown = useShownTab<HTMLDivElement>(config === null ? "" : name);
	if (config === null && unreadable.value) return <p class="notice bad">{te("config.unreadable")}</p>;
	if (config === null)
		return liveness.value.kind === "gone" ? null : <p class="soft">{t("live.connecting")}</p>;
	const Page = PAGES[name];
	const load = LARGE[name];
	return (
		<div ref={shown} class={name === "rules" ? "beside" : ""}>
			<fieldset class="sheet" disabled={readOnly.value || trial.value !== null}>
				{Page !== undefined && <Page config={config} />}
				{load !== undefined && <LargePage load={load} config={config} />}
			</fieldset>
			{name === "rules" && <Tester />}
		</div>
	);
}

/** Beside the rules, for those who may only look, too. */
function Tester() {
	const loaded = useLoaded(true, () => import("../why/why-tester.tsx"));
	return loaded && <loaded.WhyTester />;
}

function LargePage({ load, config }: { load(): Promise<Page>; readonly config: ConfigPackage }) {
	const loaded = useLoaded(true, async () => ({ Page: await load() }));
	return loaded === null ? <p class="soft">{t("live.connecting")}</p> : <loaded.Page config={config} />;
}
