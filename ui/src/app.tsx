import { useLoaded } from "./loaded.ts";
import { OverviewPage } from "./page/overview.tsx";
import { type Panel, PanelContext, usePanel } from "./panel.ts";
import { type PageName, page } from "./route.ts";
import { Shell } from "./shell.tsx";
import { staged } from "./staged.ts";
import { liveness, status } from "./store.ts";
import { t } from "./words.ts";

/** The panel, and before it the question for user and password; what was begun stays under that question. */
export function App(props: {
	readonly panel: Panel;
	readonly onLogin: (user: string, password: string) => Promise<boolean>;
}) {
	const { panel } = props;
	const signedOut =
		!panel.session.signedIn || (liveness.value.kind === "gone" && liveness.value.what === "session");
	const begun = status.value !== null;
	const alone = useLoaded(panel.alone || signedOut, async () => {
		const { standing } = await import("./alone.ts");
		panel.adopt(standing.style);
		return standing;
	});
	return (
		<PanelContext.Provider value={panel}>
			{signedOut && alone !== null && <alone.Login again={begun} onLogin={props.onLogin} />}
			{(begun || !signedOut) && (
				<div class={signedOut ? "behind" : ""} inert={signedOut}>
					<Shell preferences={panel.alone && alone !== null && <alone.Preferences />}>
						<Page />
					</Shell>
				</div>
			)}
		</PanelContext.Provider>
	);
}

function Page() {
	const panel = usePanel();
	const edit = useLoaded(isEdited(page.value) || staged.value, async () => {
		const { editing } = await import("./edit/edit.tsx");
		panel.adopt(editing.style);
		return editing;
	});
	return (
		<>
			{edit !== null && <edit.ChangeBar />}
			{!isEdited(page.value) ? (
				<LivePage />
			) : edit === null ? (
				<Waiting />
			) : (
				<edit.EditPage key={page.value} name={page.value} />
			)}
		</>
	);
}

function LivePage() {
	const panel = usePanel();
	const name = page.value;
	const now = status.value;
	const more = useLoaded(name !== "overview", async () => {
		const { morePages } = await import("./page/more.tsx");
		panel.adopt(morePages.style);
		return morePages;
	});
	if (now === null || (name !== "overview" && more === null)) return <Waiting />;
	if (name !== "overview" && more !== null) return <more.MorePage name={name} status={now} />;
	return <OverviewPage status={now} />;
}

function Waiting() {
	return liveness.value.kind === "gone" ? null : <p class="soft">{t("live.connecting")}</p>;
}

function isEdited(name: PageName): boolean {
	return !["overview", "connections", "quality", "diagnostics", "log", "about"].includes(name);
}
