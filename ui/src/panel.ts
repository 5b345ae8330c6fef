import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { UbusSession } from "ubus-js/browser";

/** What every part of the panel may use of the home it stands in. */
export interface Panel {
	readonly session: UbusSession<AbortSignal>;
	/** With its own login, not inside LuCI. */
	readonly alone: boolean;
	/** Something was staged in UCI or taken back: LuCI counts it. */
	changed(): void;
	logout(): void;
	/** Takes more of the style, for what was loaded later; once. */
	adopt(style: string): void;
}

export const PanelContext = createContext<Panel | null>(null);

export function usePanel(): Panel {
	const panel = useContext(PanelContext);
	if (panel === null) throw new Error("outside of the panel");
	return panel;
}
