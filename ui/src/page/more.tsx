import "../shared.ts";
import type { Status } from "polywan-core/status";
import type { FunctionComponent } from "preact";
import forms from "../form.css";
import { useLoaded } from "../loaded.ts";
import type { PageName } from "../route.ts";
import { useShownTab } from "../show-tab.ts";
import { t } from "../words.ts";
import { AboutPage } from "./about.tsx";
import style from "./more.css";

type Page = FunctionComponent<{ readonly status: Status }>;

/** Larger pages come in scripts of their own. */
const LARGE: Partial<Record<PageName, () => Promise<Page>>> = {
	connections: async () => (await import("../connections/connections-page.tsx")).ConnectionsPage,
	quality: async () => (await import("../quality/quality-page.tsx")).QualityPage,
	log: async () => (await import("../log/log-page.tsx")).LogPage,
	diagnostics: async () => (await import("../diagnostics/diagnostics-page.tsx")).DiagnosticsPage,
};

/** Pages that are looked at less often come in a script of their own. */
export const morePages = { MorePage, style: forms + style };

function MorePage({ name, status }: { readonly name: PageName; readonly status: Status }) {
	const load = LARGE[name];
	const shown = useShownTab<HTMLDivElement>(name);
	return (
		<div ref={shown} class="page">
			{load === undefined ? (
				<AboutPage status={status} />
			) : (
				<LargePage key={name} load={load} status={status} />
			)}
		</div>
	);
}

function LargePage({ load, status }: { load(): Promise<Page>; readonly status: Status }) {
	const loaded = useLoaded(true, async () => ({ Page: await load() }));
	return loaded === null ? <p class="soft">{t("live.connecting")}</p> : <loaded.Page status={status} />;
}
