import type { ComponentChildren } from "preact";
import { formatDuration } from "./format.ts";
import { usePanel } from "./panel.ts";
import { PAGES, page } from "./route.ts";
import { staged } from "./staged.ts";
import { ageMs, liveness, readOnly, rightsKnown } from "./store.ts";
import { language, t } from "./words.ts";

/** What every page stands in: name, liveness, navigation. In LuCI the name, language and theme are LuCI's own. */
export function Shell(props: {
	readonly preferences: ComponentChildren;
	readonly children: ComponentChildren;
}) {
	const { alone } = usePanel();
	return (
		<div class="frame" lang={language.value}>
			<button type="button" class="skip" onClick={skipToContent}>
				{t("skip")}
			</button>
			<header class="bar">
				<h1 class={alone ? "brand" : ""}>{alone ? "polywan" : "Multi-WAN"}</h1>
				<LiveSign />
				{props.preferences}
			</header>
			<nav class="tabs" aria-label={t("nav.label")}>
				{PAGES.map((name) => (
					<a key={name} href={`#${name}`} aria-current={page.value === name ? "page" : undefined}>
						{t(`nav.${name}`)}
					</a>
				))}
			</nav>
			<GoneNotice />
			{rightsKnown.value && readOnly.value && liveness.value.kind === "live" && !staged.value && (
				<p class="notice small">{t("readonly")}</p>
			)}
			<main id="content" class="page" tabIndex={-1}>
				{props.children}
			</main>
		</div>
	);
}

/** The address's fragment names the page, so the jump is made by hand. */
function skipToContent({ currentTarget }: MouseEvent): void {
	const root = currentTarget instanceof Element ? currentTarget.getRootNode() : null;
	if (root instanceof ShadowRoot) root.getElementById("content")?.focus();
}

function LiveSign() {
	const now = liveness.value;
	if (now.kind === "connecting") return <span class="soft small">{t("live.connecting")}</span>;
	return (
		<span class={`state ${now.kind === "gone" ? "degraded" : "up"}`}>
			<span role="status">{now.kind === "gone" ? t("live.stale") : t("live.live")}</span>
			{now.kind === "gone" && <span class="number">{formatDuration(ageMs.value, language.value)}</span>}
		</span>
	);
}

function GoneNotice() {
	const now = liveness.value;
	return (
		<div role="alert">
			{now.kind === "gone" && now.what !== "session" && (
				<p class="notice bad">{t("live.gone", { what: t(`gone.${now.what}`) })}</p>
			)}
		</div>
	);
}
