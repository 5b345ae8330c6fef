import type { UplinkState } from "polywan-core/health/state";
import { t } from "../words.ts";

/** A shape of its own for each state: colour is never the only sign. */
const SHAPES: Readonly<Record<UplinkState | "disabled", string>> = {
	up: "M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0z",
	starting: "M5 0a5 5 0 0 0 0 10V0z",
	recovering: "M5 0a5 5 0 0 1 0 10V0z",
	degraded: "M5 0 10 10H0z",
	down: "M1.5 0 5 3.5 8.5 0 10 1.5 6.5 5 10 8.5 8.5 10 5 6.5 1.5 10 0 8.5 3.5 5 0 1.5z",
	disabled: "M0 4h10v2H0z",
};

export function StateBadge({ state }: { readonly state: UplinkState | "disabled" }) {
	return (
		<span class={`state ${state}`}>
			<svg viewBox="0 0 10 10" aria-hidden="true">
				<path d={SHAPES[state]} />
			</svg>
			{t(`state.${state}`)}
		</span>
	);
}
