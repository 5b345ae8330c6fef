import { setPriority } from "node:os";

/** The world outside does not slow down when the router is busy; where raising priority is forbidden, it may. */
export function beOutside(): void {
	try {
		setPriority(-10);
	} catch {
		// Measurements are less exact then.
	}
}
