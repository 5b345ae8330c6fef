import { liveness } from "../store.ts";
import { tm } from "./words.ts";

/** That something was asked in vain; while all is silent the page's own notice says it. */
export function Failed({ when }: { readonly when: boolean }) {
	return (
		<div role="alert">
			{when && liveness.value.kind === "live" && <p class="notice warn">{tm("more.failed")}</p>}
		</div>
	);
}
