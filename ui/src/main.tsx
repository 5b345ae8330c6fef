import { effect } from "@preact/signals";
import { render } from "preact";
import { UbusSession } from "ubus-js/browser";
import { App } from "./app.tsx";
import { follow, readHistory } from "./follow.ts";
import type { Panel } from "./panel.ts";
import { browserPlatform } from "./platform.ts";
import { followAddress } from "./route.ts";
import "./shared.ts";
import { findStaged, forgetStaged } from "./staged.ts";
import { liveness, nowMs, readOnly, rightsKnown, status } from "./store.ts";
import style from "./style.css";
import { followTheme } from "./theme.ts";
import { chooseLanguage, LANGUAGE_KEY, language, setLanguage } from "./words.ts";

/** What LuCI hands over. Without a session id the panel stands alone and asks for user and password. */
export interface MountOptions {
	readonly sid?: string;
	readonly ubus?: string;
	readonly readonly?: boolean;
	readonly language?: string;
	/** Called after something was staged in UCI. */
	readonly changed?: () => void;
}

/** Most that the first drawing waits for what it is to show: one without it would be in its way. */
const PATIENCE_MS = 100;
const SESSION_KEY = "polywan-session";

/** Puts the panel into `host`, in a shadow root: no theme's style reaches in, only its colours. Returns what takes it away again. */
export function mount(host: HTMLElement, options: MountOptions = {}): () => void {
	const alone = options.sid === undefined;
	host.toggleAttribute("data-alone", alone);
	const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
	const sid = options.sid ?? sessionStorage.getItem(SESSION_KEY);
	const session = new UbusSession(browserPlatform, {
		url: (options.ubus ?? "/ubus").replace(/\/$/, ""),
		...(sid !== null && { sid }),
		onLost: () => {
			liveness.value = { kind: "gone", what: "session" };
		},
	});
	let stopFollowing: (() => void) | null = null;
	const enter = async () => {
		if (alone) sessionStorage.setItem(SESSION_KEY, session.sid);
		stopFollowing?.();
		stopFollowing = follow(session);
		const [mayWrite] = await Promise.all([
			session.access("uci", "polywan", "write").catch(() => false),
			readHistory(session),
			findStaged(session),
		]);
		readOnly.value = options.readonly ?? !mayWrite;
		rightsKnown.value = true;
	};
	const adopted = new Set<string>();
	const panel: Panel = {
		session,
		alone,
		changed: options.changed ?? (() => {}),
		adopt: (more) => {
			if (!adopted.has(more)) root.adoptedStyleSheets.push(toSheet(more));
			adopted.add(more);
		},
		logout: () => {
			stopFollowing?.();
			stopFollowing = null;
			sessionStorage.removeItem(SESSION_KEY);
			void session.logout().catch(() => {});
			// First, so that what was edited here goes with it.
			status.value = null;
			forgetStaged();
			liveness.value = { kind: "gone", what: "session" };
		},
	};
	const login = async (user: string, password: string) => {
		const entered = await session.login(user, password);
		if (entered) {
			liveness.value = { kind: "connecting" };
			await enter();
		}
		return entered;
	};
	// The first question travels while the page is drawn.
	if (session.signedIn) void enter();
	root.adoptedStyleSheets = [toSheet(style)];
	if (alone) document.adoptedStyleSheets = [toSheet("body { margin: 0 }")];
	const stops = [followTheme(host), followAddress(), followLanguage(host, options.language), followClock()];
	const draw = () => {
		clearTimeout(patience);
		stopWaiting();
		render(<App panel={panel} onLogin={login} />, root);
	};
	const patience = setTimeout(draw, session.signedIn ? PATIENCE_MS : 0);
	const stopWaiting = effect(() => {
		if (status.value !== null) queueMicrotask(draw);
	});
	return () => {
		clearTimeout(patience);
		stopWaiting();
		for (const stop of stops) stop();
		stopFollowing?.();
		session.close();
		render(null, root);
	};
}

function toSheet(style: string): CSSStyleSheet {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(style);
	return sheet;
}

/** LuCI's language inside LuCI, else the one chosen here before, else the browser's. */
function followLanguage(host: HTMLElement, given: string | undefined): () => void {
	const chosen = given === undefined ? localStorage.getItem(LANGUAGE_KEY) : given;
	void setLanguage(chooseLanguage([...(chosen ? [chosen] : []), ...navigator.languages]));
	return effect(() => {
		host.lang = language.value;
		if (host.hasAttribute("data-alone")) document.documentElement.lang = language.value;
	});
}

function followClock(): () => void {
	const clock = setInterval(() => {
		if (!document.hidden) nowMs.value = Date.now();
	}, 1000);
	return () => clearInterval(clock);
}

if (document.body.dataset.polywanAlone !== undefined) {
	const host = document.createElement("div");
	document.body.append(host);
	mount(host);
}
