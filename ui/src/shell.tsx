import type { ComponentChildren } from "preact";
import { formatDuration } from "./format.ts";
import { ageMs, liveness, page, readOnly } from "./store.ts";
import { theme } from "./theme.ts";
import type { WordKey } from "./words/en.ts";
import { LANGUAGES, language, t } from "./words.ts";

const STALE_MS = 10_000;
export const PAGES: readonly { readonly name: string; readonly title: WordKey }[] = [
	{ name: "overview", title: "nav.overview" },
	{ name: "about", title: "nav.about" },
];

/** What every page stands in: name, liveness, navigation. In LuCI the name, language and theme are LuCI's own. */
export function Shell(props: {
	readonly alone: boolean;
	readonly onLogout: () => void;
	readonly children: ComponentChildren;
}) {
	return (
		<div class="frame" lang={language.value}>
			<div class="bar">
				{props.alone ? <h1 class="brand">polywan</h1> : <h1>Multi-WAN</h1>}
				<LiveSign />
				{props.alone && <Preferences onLogout={props.onLogout} />}
			</div>
			<nav class="tabs" aria-label="polywan">
				{PAGES.map((entry) => (
					<a
						key={entry.name}
						href={`#${entry.name}`}
						aria-current={page.value === entry.name ? "page" : undefined}
						onClick={(event) => {
							event.preventDefault();
							page.value = entry.name;
						}}
					>
						{t(entry.title)}
					</a>
				))}
			</nav>
			<GoneNotice />
			{readOnly.value && liveness.value.kind === "live" && <p class="notice small">{t("readonly")}</p>}
			<main class="frame-body">{props.children}</main>
		</div>
	);
}

function LiveSign() {
	const now = liveness.value;
	if (now.kind === "connecting") return <span class="soft small">{t("live.connecting")}</span>;
	const late = now.kind === "gone" || ageMs.value > STALE_MS;
	return (
		<span class={`state ${late ? "degraded" : "up"}`} aria-live="polite">
			{late ? t("live.stale", { time: formatDuration(ageMs.value, language.value) }) : t("live.live")}
		</span>
	);
}

function GoneNotice() {
	const now = liveness.value;
	if (now.kind !== "gone" || now.what === "session") return null;
	return (
		<p class="notice bad" role="alert">
			{t("live.gone", {
				what: t(`gone.${now.what}`),
				time: formatDuration(ageMs.value, language.value),
			})}
		</p>
	);
}

function Preferences({ onLogout }: { readonly onLogout: () => void }) {
	return (
		<>
			<label class="push small">
				<span class="unseen">{t("language.label")}</span>
				<select
					value={language.value}
					onChange={(event) => {
						language.value = event.currentTarget.value;
					}}
				>
					{Object.entries(LANGUAGES).map(([tag, entry]) => (
						<option key={tag} value={tag} lang={tag}>
							{entry.name}
						</option>
					))}
				</select>
			</label>
			<label class="small">
				<span class="unseen">{t("theme.label")}</span>
				<select
					value={theme.value}
					onChange={(event) => {
						theme.value =
							event.currentTarget.value === "dark"
								? "dark"
								: event.currentTarget.value === "light"
									? "light"
									: "auto";
					}}
				>
					<option value="auto">{t("theme.auto")}</option>
					<option value="light">{t("theme.light")}</option>
					<option value="dark">{t("theme.dark")}</option>
				</select>
			</label>
			<button type="button" class="plain" onClick={onLogout}>
				{t("login.out")}
			</button>
		</>
	);
}
