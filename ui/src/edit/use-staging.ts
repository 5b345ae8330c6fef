import { usePanel } from "../panel.ts";
import { type Staging, stagingOf } from "./staging.ts";

export function useStaging(): Staging {
	const { session, changed } = usePanel();
	return stagingOf(session, changed);
}
