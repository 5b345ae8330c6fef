import { effect } from "@preact/signals";
import { render } from "preact";
import { UbusSession } from "ubus-js/browser";
import { follow } from "./follow.ts";
import { Login } from "./login.tsx";
import { AboutPage } from "./page/about.tsx";
import { OverviewPage } from "./page/overview.tsx";
import { browserPlatform } from "./platform.ts";
import { Shell } from "./shell.tsx";
import { liveness, nowMs, page, readOnly, status } from "./store.ts";
import style from "./style.css";
import { followTheme } from "./theme.ts";
import { chooseLanguage, language, t } from "./words.ts";

/** What LuCI hands over. Without a session id the panel stands alone and asks for user and password. */
export interface MountOptions {
	readonly sid?: string;
	readonly ubus?: string;
	readonly readonly?: boolean;
	readonly language?: string;
	/** Called after something was staged in UCI. */
	readonly changed?: () => void;
}

const SESSION_KEY = "polywan-session";

/** Puts the panel into `host`, in a shadow root: no theme's style reaches in, only its colours. Returns what takes it away again. */
export function mount(host: HTMLElement, options: MountOptions = {}): () => void {
	const alone = options.sid === undefined;
	host.toggleAttribute("data-alone", alone);
	const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(style);
	root.adoptedStyleSheets = [sheet];
	language.value = chooseLanguage([...(options.language ? [options.language] : []), ...navigator.languages]);
	const kept = alone ? sessionStorage.getItem(SESSION_KEY) : null;
	const sid = options.sid ?? kept ?? undefined;
	const session = new UbusSession(browserPlatform, {
		url: (options.ubus ?? "/ubus").replace(/\/$/, ""),
		...(sid !== undefined && { sid }),
		onLost: () => {
			liveness.value = { kind: "gone", what: "session" };
		},
	});
	let stopFollowing: (() => void) | null = null;
	const enter = async () => {
		if (alone) sessionStorage.setItem(SESSION_KEY, session.sid);
		readOnly.value =
			options.readonly ?? !(await session.access("uci", "polywan", "write").catch(() => false));
		stopFollowing ??= follow(session);
	};
	const leave = () => {
		stopFollowing?.();
		stopFollowing = null;
		sessionStorage.removeItem(SESSION_KEY);
		void session.logout().catch(() => {});
		status.value = null;
		liveness.value = { kind: "gone", what: "session" };
	};
	const login = async (user: string, password: string) => {
		const entered = await session.login(user, password).catch(() => false);
		if (entered) {
			liveness.value = { kind: "connecting" };
			await enter();
		}
		return entered;
	};
	const switchUplink = (name: string, action: "down" | "auto") => {
		void session.call("polywan", "uplink", { name, action });
	};
	const Panel = () => {
		if (!session.signedIn || (liveness.value.kind === "gone" && liveness.value.what === "session"))
			return <Login again={status.value !== null} onLogin={login} />;
		const now = status.value;
		return (
			<Shell alone={alone} onLogout={leave}>
				{now === null ? (
					<p class="soft">{t("live.connecting")}</p>
				) : page.value === "about" ? (
					<AboutPage status={now} />
				) : (
					<OverviewPage status={now} onSwitch={switchUplink} />
				)}
			</Shell>
		);
	};
	render(<Panel />, root);
	const stopTheme = followTheme(host);
	const stopLanguage = effect(() => {
		host.lang = language.value;
	});
	const clock = setInterval(() => {
		nowMs.value = Date.now();
	}, 1000);
	if (session.signedIn) void enter();
	return () => {
		clearInterval(clock);
		stopTheme();
		stopLanguage();
		stopFollowing?.();
		session.close();
		render(null, root);
	};
}

if (document.body.dataset.polywanAlone !== undefined) {
	const host = document.createElement("div");
	document.body.append(host);
	mount(host);
}
