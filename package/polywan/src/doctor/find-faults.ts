import { diagnose } from "polywan-core/doctor/diagnose";
import type { Finding } from "polywan-core/doctor/finding";
import { gatherFacts } from "./gather.ts";

/** What is wrong with this router's set-up. */
export async function findFaults(): Promise<readonly Finding[]> {
	return diagnose(await gatherFacts());
}
